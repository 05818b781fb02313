// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import CompilerPluginSupport
import PackageDescription

/// One settings list for every Swift target (see docs/decisions/0002-one-settings-list.md).
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let orderedCollections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// Puts Swift's own libraries into the release program, so that it runs where Swift is not installed.
///
/// Only linking differs: objects are shared with the tests (see docs/decisions/0003-release-builds-for-tests.md).
let selfContained: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-static-stdlib", "-use-ld=lld", "-lswiftSynchronization", "-lCoreFoundation", "-l_FoundationCShims",
            "-l_FoundationCollections", "-l_FoundationICU",
        ],
        .when(platforms: [.linux], configuration: .release))
]

/// A product of swift-syntax, which only macros and their tests need.
func swiftSyntax(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-syntax") }

/// A library target in its layer's folder.
func library(_ name: String, in layer: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(layer)/\(name)")
}

/// A program of `Examples/FoundationModels`.
func example(_ name: String) -> Target {
    .executableTarget(name: name, dependencies: ["OpenAutoGLM"], path: "Examples/FoundationModels/\(name)")
}

let package = Package(
    name: "open-autoglm",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "OpenAutoGLM", targets: ["OpenAutoGLM"]),
        .library(name: "OpenAutoGLMTesting", targets: ["OpenAutoGLMTesting"]),
        .executable(name: "autoglm", targets: ["AutoGLMCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.1"),
    ],
    targets: [
        // Values: what everything speaks.
        library("LLMCore", in: "Values", [orderedCollections]),
        library("JSONSchemas", in: "Values", ["LLMCore", orderedCollections]),
        library("PromptTemplates", in: "Values", ["LLMCore", orderedCollections, yams]),

        // Engine: local inference.
        library("CTensorKernels", in: "Engine", []),
        library("TensorKernels", in: "Engine", ["CTensorKernels", "LLMCore"]),
        library("ModelFiles", in: "Engine", ["LLMCore", orderedCollections]),
        library("Tokenization", in: "Engine", ["LLMCore", "ModelFiles", orderedCollections]),
        library("TokenConstraints", in: "Engine", ["LLMCore", "JSONSchemas", "Tokenization", orderedCollections]),
        library("ModelQuantization", in: "Engine", ["LLMCore", "CTensorKernels", "TensorKernels", "ModelFiles"]),
        library(
            "TransformerRuntime", in: "Engine",
            ["LLMCore", "CTensorKernels", "TensorKernels", "ModelFiles", orderedCollections]),
        library(
            "InferenceEngine", in: "Engine",
            [
                "LLMCore", "CTensorKernels", "TensorKernels", "ModelFiles", "Tokenization", "TokenConstraints",
                "TransformerRuntime", orderedCollections,
            ]),

        // Orchestration: what a task goes through.
        library("ResultParsing", in: "Orchestration", ["LLMCore", "JSONSchemas", orderedCollections]),
        library("TaskRouting", in: "Orchestration", ["LLMCore", "PromptTemplates", "ResultParsing"]),
        library(
            "Pipelines", in: "Orchestration",
            [
                "LLMCore", "JSONSchemas", "PromptTemplates", "ResultParsing", "TaskRouting",
                orderedCollections, yams,
            ]),

        // Adapters: the outside world.
        library(
            "LocalModels", in: "Adapters",
            [
                "LLMCore", "PromptTemplates", "ModelFiles", "Tokenization", "TokenConstraints", "TransformerRuntime",
                "InferenceEngine", orderedCollections,
            ]),
        library("CTransfer", in: "Adapters", []),
        library("ModelHub", in: "Adapters", ["LLMCore", "ModelFiles", "CTransfer", orderedCollections]),

        // Library: the Swift API after Foundation Models.
        library("GuidedGeneration", in: "Library", ["LLMCore", orderedCollections]),
        library(
            "LanguageModelSessions", in: "Library",
            ["LLMCore", "JSONSchemas", "ResultParsing", "LocalModels", "GuidedGeneration"]),
        library(
            "ModelFacade", in: "Library",
            [
                "LLMCore", "JSONSchemas", "PromptTemplates", "ResultParsing", "TaskRouting", "Pipelines", "LocalModels",
            ]),

        // What applications import, what their tests import, and the program, which needs no macros.
        .macro(
            name: "OpenAutoGLMMacros",
            dependencies: [
                swiftSyntax("SwiftSyntax"), swiftSyntax("SwiftSyntaxBuilder"), swiftSyntax("SwiftSyntaxMacros"),
                swiftSyntax("SwiftDiagnostics"), swiftSyntax("SwiftCompilerPlugin"),
            ]),
        .target(
            name: "OpenAutoGLM",
            dependencies: [
                "LLMCore", "LocalModels", "GuidedGeneration", "LanguageModelSessions", "ModelFacade",
                "OpenAutoGLMMacros",
            ]),
        .target(name: "OpenAutoGLMTesting", dependencies: ["LLMCore"]),
        .executableTarget(
            name: "AutoGLMCommand",
            dependencies: [
                "LLMCore", "JSONSchemas", "PromptTemplates", "ResultParsing", "TaskRouting", "Pipelines",
                "TensorKernels", "ModelFiles", "ModelQuantization", "Tokenization", "TokenConstraints",
                "InferenceEngine", "LocalModels", "ModelHub", "ModelFacade",
                argumentParser, orderedCollections,
            ],
            linkerSettings: selfContained),

        // Programs written after Foundation Models' examples; that they compile is a test.
        example("TripPlanner"), example("BreadFinder"), example("LongChat"), example("MenuDesigner"),
        example("OwnModel"),

        .testTarget(name: "LLMCoreTests", dependencies: ["LLMCore", "OpenAutoGLMTesting"]),
        .testTarget(name: "JSONSchemasTests", dependencies: ["LLMCore", "JSONSchemas", orderedCollections]),
        .testTarget(
            name: "PromptTemplatesTests",
            dependencies: ["LLMCore", "PromptTemplates", "OpenAutoGLMTesting", orderedCollections],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "TensorKernelsTests", dependencies: ["CTensorKernels", "TensorKernels"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "ModelFilesTests", dependencies: ["LLMCore", "ModelFiles"]),
        .testTarget(
            name: "ModelQuantizationTests",
            dependencies: ["LLMCore", "CTensorKernels", "TensorKernels", "ModelFiles", "ModelQuantization"]),
        .testTarget(
            name: "TokenizationTests", dependencies: ["LLMCore", "ModelFiles", "Tokenization"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "TokenConstraintsTests",
            dependencies: ["LLMCore", "JSONSchemas", "ModelFiles", "Tokenization", "TokenConstraints"]),
        .testTarget(
            name: "TransformerRuntimeTests",
            dependencies: ["LLMCore", "CTensorKernels", "ModelFiles", "TensorKernels", "TransformerRuntime"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "InferenceEngineTests",
            dependencies: [
                "LLMCore", "ModelFiles", "InferenceEngine", "TensorKernels", "TokenConstraints", "Tokenization",
                "TransformerRuntime",
            ],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "ResultParsingTests", dependencies: ["LLMCore", "JSONSchemas", "ResultParsing"]),
        .testTarget(
            name: "TaskRoutingTests", dependencies: ["LLMCore", "TaskRouting", "OpenAutoGLMTesting"]),
        .testTarget(
            name: "PipelinesTests",
            dependencies: [
                "LLMCore", "JSONSchemas", "PromptTemplates", "ResultParsing", "TaskRouting", "Pipelines",
                "OpenAutoGLMTesting",
            ]),
        .testTarget(
            name: "LocalModelsTests",
            dependencies: ["LLMCore", "JSONSchemas", "ModelFiles", "LocalModels", "OpenAutoGLMTesting"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "ModelHubTests", dependencies: ["LLMCore", "ModelHub"]),
        .testTarget(
            name: "LanguageModelSessionsTests",
            dependencies: ["LLMCore", "GuidedGeneration", "LanguageModelSessions", "OpenAutoGLMTesting"]),
        .testTarget(
            name: "GuidedGenerationTests",
            dependencies: ["LLMCore", "JSONSchemas", "GuidedGeneration", orderedCollections]),
        .testTarget(
            name: "OpenAutoGLMTests",
            dependencies: [
                "LLMCore", "JSONSchemas", "GuidedGeneration", "Pipelines", "PromptTemplates", "OpenAutoGLM",
                "OpenAutoGLMTesting",
            ],
            exclude: ["Fixtures"]),
        .testTarget(name: "AutoGLMCommandTests", dependencies: ["LLMCore"]),
    ]
)

/// The Thread Sanitizer's build leaves out what takes macros, so that it need not build swift-syntax.
if Context.environment["AUTOGLM_WITHOUT_MACROS"] == "1" {
    let examples = ["TripPlanner", "BreadFinder", "LongChat", "MenuDesigner", "OwnModel"]
    package.products.removeAll { $0.name == "OpenAutoGLM" }
    package.targets.removeAll {
        (examples + ["OpenAutoGLM", "OpenAutoGLMMacros", "OpenAutoGLMTests"]).contains($0.name)
    }
}

/// Warnings are errors where the environment asks for it, as CI does; dependencies are left alone.
let warningsAreErrors = Context.environment["AUTOGLM_STRICT"] == "1"

for target in package.targets where [.regular, .test, .executable, .macro].contains(target.type) {
    target.swiftSettings = (target.swiftSettings ?? []) + strict
    if warningsAreErrors {
        target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
        target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
    }
}
