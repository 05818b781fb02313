// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
    name: "text-statistics",
    platforms: [.macOS(.v15)],
    products: [.library(name: "TextStatistics", type: .dynamic, targets: ["TextStatistics"])],
    dependencies: [.package(name: "open-autoglm", path: "../../..")],
    targets: [
        .target(
            name: "TextStatistics", dependencies: [.product(name: "PluginKit", package: "open-autoglm")],
            linkerSettings: [
                // The library brings Swift's runtime and Foundation, and keeps them to itself.
                .unsafeFlags(
                    [
                        "-static-stdlib", "-l_FoundationCollections", "-l_FoundationCShims", "-l_FoundationICU",
                        "-lCoreFoundation", "-Xlinker", "--exclude-libs=ALL", "-Xlinker", "-s",
                    ], .when(platforms: [.linux]))
            ])
    ]
)
