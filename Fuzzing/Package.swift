// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// The readers of untrusted bytes are package-internal, so this package builds their sources itself through links
// instead of depending on the package above it. What is internal to a module is reached as tests reach it.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-enable-testing"]),
]

let orderedCollections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heapModule = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let realModule = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A product of swift-nio.
func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }

/// A target of the package above, with what it needs there.
func linked(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        linked("LLMCore", [orderedCollections]),
        linked("JSONSchemas", ["LLMCore", orderedCollections]),
        linked("SourceDocuments", ["LLMCore", orderedCollections, yams]),
        linked("PromptTemplates", ["LLMCore", "SourceDocuments", orderedCollections, yams]),
        linked("EventMessaging", ["LLMCore", deque]),
        linked("ModelFiles", ["LLMCore", orderedCollections]),
        linked("Tokenization", ["LLMCore", "ModelFiles", orderedCollections]),
        linked("TokenConstraints", ["LLMCore", "JSONSchemas", "Tokenization", orderedCollections]),
        .target(name: "CTensorKernels"),
        linked("TensorKernels", ["CTensorKernels", "LLMCore"]),
        linked("DifferentiableTensors", ["CTensorKernels", "TensorKernels"]),
        linked("TaskModels", ["LLMCore", "ModelFiles", "DifferentiableTensors", orderedCollections, heapModule]),
        linked("ResultParsing", ["LLMCore", "JSONSchemas", orderedCollections]),
        linked("TaskRouting", ["LLMCore", "PromptTemplates", "ResultParsing"]),
        linked(
            "Pipelines",
            [
                "LLMCore", "JSONSchemas", "SourceDocuments", "PromptTemplates", "EventMessaging", "ResultParsing",
                "TaskRouting", orderedCollections,
            ]),
        linked(
            "MultimodalInputs", ["LLMCore", "SourceDocuments", orderedCollections, heapModule, deque, realModule]),
        .target(name: "CMediaLibraries"),
        linked("MediaDecoding", ["LLMCore", "MultimodalInputs", "CMediaLibraries", orderedCollections]),
        .target(name: "CNATS"),
        linked("NATSMessaging", ["LLMCore", "EventMessaging", "Pipelines", "CNATS", deque]),
        linked("InputsMessaging", ["LLMCore", "EventMessaging", "MultimodalInputs", "MediaDecoding"]),
        .target(name: "CPluginABI"),
        .target(name: "CPluginProcess"),
        linked(
            "PluginHost",
            [
                "LLMCore", "JSONSchemas", "SourceDocuments", "PromptTemplates", "Pipelines", "CPluginABI",
                "CPluginProcess", orderedCollections, crypto,
            ]),
        linked("WebSocketServing", ["LLMCore", nio("NIOCore"), nio("NIOWebSocket")]),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "LLMCore", "ModelFiles", "TokenConstraints", "Tokenization", "EventMessaging", "MultimodalInputs",
                "MediaDecoding", "NATSMessaging", "InputsMessaging", "PluginHost", "DifferentiableTensors",
                "TaskModels", "WebSocketServing", nio("NIOCore"), nio("NIOEmbedded"), nio("NIOWebSocket"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "Probe", dependencies: ["LLMCore", "ModelFiles", "Tokenization"], swiftSettings: strict),
    ]
)
