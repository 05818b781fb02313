// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// The readers of untrusted bytes are package-internal, so this package builds their sources itself through links
// instead of depending on the package above it.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/apple/swift-collections", from: "1.6.0")],
    targets: [
        .target(
            name: "LLMCore",
            dependencies: [.product(name: "OrderedCollections", package: "swift-collections")], swiftSettings: strict),
        .target(
            name: "ModelFiles",
            dependencies: ["LLMCore", .product(name: "OrderedCollections", package: "swift-collections")],
            swiftSettings: strict),
        .target(
            name: "Tokenization",
            dependencies: [
                "LLMCore", "ModelFiles", .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .target(
            name: "JSONSchemas",
            dependencies: ["LLMCore", .product(name: "OrderedCollections", package: "swift-collections")],
            swiftSettings: strict),
        .target(
            name: "TokenConstraints",
            dependencies: [
                "LLMCore", "JSONSchemas", "Tokenization",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "Fuzz", dependencies: ["LLMCore", "ModelFiles", "TokenConstraints", "Tokenization"],
            swiftSettings: strict),
        .executableTarget(
            name: "Probe", dependencies: ["LLMCore", "ModelFiles", "Tokenization"], swiftSettings: strict),
    ]
)
