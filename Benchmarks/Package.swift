// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// The engine is package-internal, so this package builds its sources itself through links instead of depending on the
// package above it.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A target of the package above, built here.
func linked(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

let orderedCollections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/apple/swift-collections", from: "1.6.0")],
    targets: [
        linked("LLMCore", [orderedCollections]),
        linked("JSONSchemas", ["LLMCore", orderedCollections]),
        .target(name: "CTensorKernels"),
        linked("TensorKernels", ["CTensorKernels", "LLMCore"]),
        linked("ModelFiles", ["LLMCore", orderedCollections]),
        linked("Tokenization", ["LLMCore", "ModelFiles", orderedCollections]),
        linked("TokenConstraints", ["LLMCore", "JSONSchemas", "Tokenization", orderedCollections]),
        linked("TransformerRuntime", ["LLMCore", "CTensorKernels", "TensorKernels", "ModelFiles", orderedCollections]),
        linked(
            "InferenceEngine",
            [
                "LLMCore", "CTensorKernels", "TensorKernels", "ModelFiles", "Tokenization", "TokenConstraints",
                "TransformerRuntime", orderedCollections,
            ]),
        .target(name: "AllocationCounter"),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "AllocationCounter", "LLMCore", "TensorKernels", "ModelFiles", "Tokenization", "TransformerRuntime",
                "InferenceEngine",
            ], swiftSettings: strict),
    ]
)
