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
let heapModule = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let orderedCollections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let realModule = Target.Dependency.product(name: "RealModule", package: "swift-numerics")

let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let grpcHTTP2 = Target.Dependency.product(name: "GRPCNIOTransportHTTP2", package: "grpc-swift-nio-transport")
let grpcProtobuf = Target.Dependency.product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

/// A product of swift-nio.
func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }

let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP2 = Target.Dependency.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")

/// Puts Swift's own libraries into the release program, so that it runs where Swift is not installed.
///
/// `make setup` names the static SQLite and zlib in .build/static-libraries; without it the program needs them installed.
/// Only linking differs: objects are shared with the tests (see docs/decisions/0003-release-builds-for-tests.md).
let selfContained: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-static-stdlib", "-use-ld=lld", "-lswiftSynchronization", "-lCoreFoundation", "-l_FoundationCShims",
            "-l_FoundationCollections", "-l_FoundationICU", "-L", "\(Context.packageDirectory)/.build/static-libraries",
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
        .library(name: "PluginKit", targets: ["PluginKit"]),
        .library(name: "OpenAutoGLMTesting", targets: ["OpenAutoGLMTesting"]),
        .executable(name: "autoglm", targets: ["AutoGLMCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.1"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // Values: what everything speaks.
        library("LLMCore", in: "Values", [orderedCollections]),
        library("JSONSchemas", in: "Values", ["LLMCore", orderedCollections]),
        library("SourceDocuments", in: "Values", ["LLMCore", orderedCollections, yams]),
        library("PromptTemplates", in: "Values", ["LLMCore", "SourceDocuments", orderedCollections, yams]),
        library("EventMessaging", in: "Values", ["LLMCore", deque]),

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

        // Learning: models that we train ourselves.
        library("DifferentiableTensors", in: "Learning", ["CTensorKernels", "TensorKernels"]),
        library(
            "TaskModels", in: "Learning",
            ["LLMCore", "ModelFiles", "DifferentiableTensors", orderedCollections, heapModule]),
        library("CMPI", in: "Learning", []),
        library(
            "ModelTraining", in: "Learning",
            [
                "LLMCore", "ModelFiles", "DifferentiableTensors", "TaskModels", "CMPI", orderedCollections, crypto,
                swiftProtobuf,
            ]),

        // Orchestration: what a task goes through.
        library("ResultParsing", in: "Orchestration", ["LLMCore", "JSONSchemas", orderedCollections]),
        library("TaskRouting", in: "Orchestration", ["LLMCore", "PromptTemplates", "ResultParsing"]),
        library(
            "Pipelines", in: "Orchestration",
            [
                "LLMCore", "JSONSchemas", "SourceDocuments", "PromptTemplates", "EventMessaging", "ResultParsing",
                "TaskRouting", orderedCollections,
            ]),
        library("AdaptiveControl", in: "Orchestration", ["LLMCore", orderedCollections, realModule]),
        library(
            "AdapterMiddleware", in: "Orchestration", ["LLMCore", "AdaptiveControl", orderedCollections, crypto]),
        library(
            "MultimodalInputs", in: "Orchestration",
            ["LLMCore", "SourceDocuments", orderedCollections, heapModule, deque, realModule]),

        // Operations: running it for real.
        library(
            "Experiments", in: "Operations",
            ["LLMCore", "JSONSchemas", "SourceDocuments", orderedCollections, realModule]),
        library("ModelCatalog", in: "Operations", ["LLMCore", orderedCollections, crypto]),
        library(
            "Observability", in: "Operations",
            ["LLMCore", "AdapterMiddleware", orderedCollections, logging, tracing]),
        library(
            "PipelineTelemetry", in: "Operations",
            ["LLMCore", "EventMessaging", "Pipelines", "Observability", logging, tracing]),

        // Adapters: the outside world.
        library(
            "LocalModels", in: "Adapters",
            [
                "LLMCore", "PromptTemplates", "ModelFiles", "Tokenization", "TokenConstraints", "TransformerRuntime",
                "InferenceEngine", orderedCollections,
            ]),
        library("CTransfer", in: "Adapters", []),
        library("CPostgres", in: "Adapters", []),
        library("PostgresConnections", in: "Adapters", ["LLMCore", "CPostgres"]),
        library("ModelHub", in: "Adapters", ["LLMCore", "ModelFiles", "CTransfer", orderedCollections, crypto]),
        library(
            "RemoteTransport", in: "Adapters",
            ["LLMCore", "Observability", asyncHTTPClient, nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"), nioSSL]),
        library(
            "RemoteModels", in: "Adapters",
            [
                "LLMCore", "JSONSchemas", "ResultParsing", "RemoteTransport", orderedCollections, nio("NIOCore"),
                nio("NIOHTTP1"),
            ]),
        library("GRPCStatuses", in: "Adapters", ["LLMCore", grpcCore]),
        library("KServeProtocol", in: "Adapters", ["LLMCore", grpcCore, grpcProtobuf, swiftProtobuf]),
        library(
            "KServeModels", in: "Adapters",
            [
                "LLMCore", "Observability", "PromptTemplates", "RemoteTransport", "RemoteModels", "GRPCStatuses",
                "KServeProtocol", orderedCollections, nio("NIOCore"), nio("NIOHTTP1"), grpcCore, grpcHTTP2,
                grpcProtobuf, swiftProtobuf,
            ]),
        library("COpenVINO", in: "Adapters", []),
        library("OpenVINOModels", in: "Adapters", ["LLMCore", "KServeProtocol", "COpenVINO"]),
        library("CMediaLibraries", in: "Adapters", []),
        library(
            "MediaDecoding", in: "Adapters", ["LLMCore", "MultimodalInputs", "CMediaLibraries", orderedCollections]),
        library(
            "MediaRecognition", in: "Adapters",
            [
                "LLMCore", "MultimodalInputs", "CMediaLibraries", "MediaDecoding", "KServeProtocol", "OpenVINOModels",
                orderedCollections,
            ]),
        library(
            "InputsMessaging", in: "Adapters", ["LLMCore", "EventMessaging", "MultimodalInputs", "MediaDecoding"]),
        library("AutoGLMProtocol", in: "Adapters", ["LLMCore", grpcCore, grpcProtobuf, swiftProtobuf]),
        library(
            "ServiceClient", in: "Adapters",
            [
                "LLMCore", "Observability", "GRPCStatuses", "AutoGLMProtocol", grpcCore, grpcHTTP2, grpcProtobuf,
                swiftProtobuf,
            ]),
        library(
            "RunStorage", in: "Adapters",
            [
                "LLMCore", "AdapterMiddleware", "Pipelines", "Experiments", "ModelCatalog", "Observability",
                orderedCollections, crypto, grdb,
            ]),
        library(
            "TelemetryExport", in: "Adapters",
            [
                "LLMCore", "AdapterMiddleware", "Observability", "RemoteTransport", logging, serviceLifecycle,
                nio("NIOCore"),
                nio("NIOHTTP1"),
                grpcCore, grpcHTTP2, grpcProtobuf, swiftProtobuf,
            ]),
        library("CatalogStorage", in: "Adapters", ["LLMCore", "ModelCatalog", "PostgresConnections", crypto]),
        library("ExperimentStorage", in: "Adapters", ["LLMCore", "Experiments", "PostgresConnections"]),
        library(
            "PostgresRuns", in: "Adapters", ["LLMCore", "Pipelines", "PostgresConnections", "RunStorage"]),
        library("CNATS", in: "Adapters", []),
        library("NATSMessaging", in: "Adapters", ["LLMCore", "EventMessaging", "Pipelines", "CNATS", deque]),
        library("CPluginABI", in: "Adapters", []),
        library("CPluginProcess", in: "Adapters", []),
        // What authors of plugins in Swift import: nothing else of this package comes with it.
        .macro(
            name: "PluginKitMacros",
            dependencies: [
                swiftSyntax("SwiftSyntax"), swiftSyntax("SwiftSyntaxBuilder"), swiftSyntax("SwiftSyntaxMacros"),
                swiftSyntax("SwiftDiagnostics"), swiftSyntax("SwiftCompilerPlugin"),
            ], path: "Sources/Adapters/PluginKitMacros"),
        library("PluginKit", in: "Adapters", ["CPluginABI", "PluginKitMacros"]),
        library(
            "PluginHost", in: "Adapters",
            [
                "LLMCore", "JSONSchemas", "SourceDocuments", "PromptTemplates", "Pipelines", "CPluginABI",
                "CPluginProcess", orderedCollections, crypto,
            ]),
        library(
            "PluginKinds", in: "Adapters",
            [
                "LLMCore", "ResultParsing", "TaskRouting", "Pipelines", "MultimodalInputs", "RemoteModels",
                "PluginHost",
                orderedCollections,
            ]),
        library(
            "PipelineSteps", in: "Adapters",
            [
                "LLMCore", "JSONSchemas", "SourceDocuments", "PromptTemplates", "EventMessaging", "ResultParsing",
                "TaskRouting", "AdaptiveControl", "MultimodalInputs", "Pipelines", "TaskModels", "RemoteTransport",
                "RunStorage", "PluginHost", "PluginKinds", "PostgresConnections", "MediaDecoding", "MediaRecognition",
                orderedCollections, grdb, nio("NIOCore"), nio("NIOHTTP1"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),

        // Library: the Swift API after Foundation Models.
        library("GuidedGeneration", in: "Library", ["LLMCore", orderedCollections]),
        library(
            "LanguageModelSessions", in: "Library",
            ["LLMCore", "JSONSchemas", "ResultParsing", "LocalModels", "GuidedGeneration"]),
        library(
            "ModelFacade", in: "Library",
            [
                "LLMCore", "JSONSchemas", "SourceDocuments", "PromptTemplates", "ResultParsing", "TaskRouting",
                "Pipelines", "LocalModels", "RemoteModels", "KServeProtocol", "KServeModels", "PluginHost",
                "PluginKinds", "EventMessaging", "NATSMessaging", "AdaptiveControl", "MultimodalInputs",
                "MediaDecoding", "MediaRecognition", "InputsMessaging",
            ]),

        // Serving: models for other programs.
        library(
            "AccessControl", in: "Serving",
            ["LLMCore", "AdapterMiddleware", orderedCollections, crypto, jwtKit]),
        library(
            "ModelGateway", in: "Serving",
            [
                "AccessControl", "LLMCore", "SourceDocuments", "PromptTemplates", "InferenceEngine",
                "AdapterMiddleware",
                "Observability",
                "LocalModels", "RemoteTransport", "RemoteModels", "KServeModels", "RunStorage", "PluginHost",
                "PluginKinds",
                orderedCollections, serviceLifecycle, logging,
            ]),
        .systemLibrary(name: "CZlib", path: "Sources/Serving/CZlib", providers: [.apt(["zlib1g-dev"])]),
        library("ServerTLS", in: "Serving", ["LLMCore", nio("NIOCore"), nio("NIOTLS"), nioSSL]),
        library("ByteCompression", in: "Serving", ["CZlib", nio("NIOCore")]),
        library("WebSocketServing", in: "Serving", ["LLMCore", nio("NIOCore"), nio("NIOWebSocket")]),
        library(
            "InputsHTTP", in: "Serving",
            [
                "AccessControl", "LLMCore", "MultimodalInputs", "MediaDecoding", "WebSocketServing", hummingbird,
                hummingbirdCore, httpTypes, logging, serviceLifecycle, nio("NIOCore"), nio("NIOHTTP1"),
                nio("NIOWebSocket"), nioHTTPTypes,
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ]),
        library("EventLoops", in: "Serving", [nio("NIOCore"), nio("NIOPosix")]),
        library(
            "HTTPAPI", in: "Serving",
            [
                "AccessControl", "EventLoops", "ServerTLS", "ByteCompression", "LLMCore", "SourceDocuments",
                "AdapterMiddleware",
                "Observability",
                "ModelGateway", "RemoteTransport", deque, orderedCollections, nio("NIOHTTP1"), nioHTTPTypes, crypto,
                hummingbird,
                hummingbirdCore, httpTypes, logging, serviceLifecycle, tracing,
                nio("NIOCore"), nio("NIOTLS"), nioHTTP2, nioHTTPTypesHTTP2,
            ]),
        library(
            "ModelTraffic", in: "Serving",
            [
                "LLMCore", "JSONSchemas", "AdapterMiddleware", "Experiments", "ModelCatalog", "ModelGateway",
                orderedCollections, logging, serviceLifecycle,
            ]),
        library(
            "CatalogHTTP", in: "Serving",
            [
                "LLMCore", "PromptTemplates", "Experiments", "ModelCatalog", "PluginHost", "HTTPAPI", "ModelTraffic",
                orderedCollections, hummingbird, httpTypes, nio("NIOCore"),
            ]),
        library(
            "ServingCore", in: "Serving",
            [
                "LLMCore", "SourceDocuments", "KServeProtocol", "Observability", deque, swiftProtobuf, logging,
                serviceLifecycle, tracing,
            ]),
        library(
            "ModelBackends", in: "Serving",
            [
                "LLMCore", "DifferentiableTensors", "TaskModels", "Pipelines", "KServeProtocol", "OpenVINOModels",
                "PluginHost", "ServingCore", swiftProtobuf,
            ]),
        library(
            "KServeHTTP", in: "Serving",
            [
                "AccessControl", "ServerTLS", "LLMCore", "KServeProtocol", "HTTPAPI", "ServingCore", orderedCollections,
                hummingbird,
                hummingbirdCore, httpTypes, logging, serviceLifecycle, nio("NIOCore"),
            ]),
        library(
            "GRPCAPI", in: "Serving",
            [
                "AccessControl", "EventLoops", "ServerTLS", "ByteCompression", "LLMCore", "Pipelines", "KServeProtocol",
                "AutoGLMProtocol", "AdapterMiddleware", "Observability", "ModelGateway", "ServingCore",
                orderedCollections, logging, tracing, grpcCore, grpcHTTP2, grpcProtobuf, swiftProtobuf,
                serviceLifecycle, nio("NIOCore"), nio("NIOPosix"), nioHPACK, nioHTTP2,
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
        .target(name: "OpenAutoGLMTesting", dependencies: ["LLMCore", "EventMessaging", "Pipelines", "ModelCatalog"]),
        .executableTarget(
            name: "AutoGLMCommand",
            dependencies: [
                "LLMCore", "JSONSchemas", "PromptTemplates", "ResultParsing", "TaskRouting", "AdaptiveControl",
                "Pipelines",
                "TensorKernels", "ModelFiles", "DifferentiableTensors", "TaskModels", "ModelTraining",
                "ModelQuantization", "Tokenization", "TokenConstraints",
                "InferenceEngine", "LocalModels", "ModelHub", "SourceDocuments", "EventMessaging", "NATSMessaging",
                "AdapterMiddleware",
                "RemoteTransport", "RemoteModels", "KServeModels", "RunStorage", "PostgresConnections", "PluginHost",
                "PluginKinds", "PipelineSteps", "ModelCatalog", "CatalogStorage", "ExperimentStorage", "PostgresRuns",
                "ModelFacade",
                "AccessControl", "ModelGateway",
                "ServerTLS", "HTTPAPI", "ServingCore", "ModelBackends", "KServeHTTP", "GRPCAPI", "ModelTraffic",
                "CatalogHTTP",
                "Experiments", "Observability", "OpenVINOModels", "MultimodalInputs", "MediaDecoding",
                "InputsHTTP", "InputsMessaging", "MediaRecognition",
                "PipelineTelemetry", "TelemetryExport",
                argumentParser, logging, orderedCollections, serviceLifecycle, unixSignals, tracing,
                nio("NIOCore"),
            ],
            linkerSettings: selfContained),

        // Counts what the engine allocates and executes.
        .target(name: "AllocationCounter", path: "Benchmarks/Sources/AllocationCounter"),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "AllocationCounter", "LLMCore", "TensorKernels", "ModelFiles", "Tokenization", "TransformerRuntime",
                "InferenceEngine",
            ], path: "Benchmarks/Sources/Benchmarks"),

        // Programs written after Foundation Models' examples; that they compile is a test.
        example("TripPlanner"), example("BreadFinder"), example("LongChat"), example("MenuDesigner"),
        example("OwnModel"),

        .testTarget(name: "LLMCoreTests", dependencies: ["LLMCore", "OpenAutoGLMTesting"]),
        .testTarget(name: "JSONSchemasTests", dependencies: ["LLMCore", "JSONSchemas", orderedCollections]),
        .testTarget(
            name: "EventMessagingTests", dependencies: ["LLMCore", "EventMessaging", "OpenAutoGLMTesting"]),
        .testTarget(
            name: "PromptTemplatesTests",
            dependencies: ["LLMCore", "PromptTemplates", "OpenAutoGLMTesting", orderedCollections],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "TensorKernelsTests", dependencies: ["CTensorKernels", "TensorKernels"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "DifferentiableTensorsTests",
            dependencies: ["DifferentiableTensors", "TensorKernels", "OpenAutoGLMTesting"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "ModelTrainingTests",
            dependencies: [
                "LLMCore", "ModelFiles", "DifferentiableTensors", "TaskModels", "ModelTraining", orderedCollections,
            ]),
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
        .testTarget(
            name: "MultimodalInputsTests",
            dependencies: ["LLMCore", "MultimodalInputs", "OpenAutoGLMTesting", orderedCollections],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "InputsHTTPTests",
            dependencies: [
                "LLMCore", "MultimodalInputs", "MediaDecoding", "WebSocketServing", "InputsHTTP", "OpenAutoGLMTesting",
                asyncHTTPClient, logging, serviceLifecycle, nio("NIOCore"), nio("NIOEmbedded"), nio("NIOPosix"),
                nio("NIOHTTP1"), nio("NIOWebSocket"),
            ]),
        .testTarget(
            name: "InputsMessagingTests",
            dependencies: [
                "LLMCore", "EventMessaging", "NATSMessaging", "MultimodalInputs", "MediaDecoding", "InputsMessaging",
                "NATSServing", "OpenAutoGLMTesting",
            ]),
        .testTarget(
            name: "MediaRecognitionTests",
            dependencies: [
                "LLMCore", "MultimodalInputs", "MediaDecoding", "MediaRecognition", "OpenAutoGLMTesting",
                orderedCollections,
            ],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "ResultParsingTests", dependencies: ["LLMCore", "JSONSchemas", "ResultParsing"]),
        .testTarget(
            name: "TaskRoutingTests", dependencies: ["LLMCore", "TaskRouting", "OpenAutoGLMTesting"]),
        .testTarget(
            name: "PipelinesTests",
            dependencies: [
                "LLMCore", "JSONSchemas", "SourceDocuments", "PromptTemplates", "EventMessaging", "ResultParsing",
                "TaskRouting", "Pipelines", "OpenAutoGLMTesting",
            ]),
        // A program that these tests kill.
        .executableTarget(
            name: "CrashSubject",
            dependencies: [
                "LLMCore", "Pipelines", "RunStorage", "PostgresRuns", "NATSMessaging", "PipelineSteps",
                "OpenAutoGLMTesting",
            ],
            path: "Tests/CrashSubject"),
        // A PostgreSQL server that tests start.
        .target(name: "PostgresServing", path: "Tests/PostgresServing"),
        // A NATS server that tests start.
        .target(name: "NATSServing", dependencies: [crypto], path: "Tests/NATSServing"),
        // What tests of servers ask and look at.
        .target(
            name: "ServedModelProbes", dependencies: ["LLMCore", "KServeProtocol", "Observability", "ServingCore"],
            path: "Tests/ServedModelProbes"),
        // What every store of experiments must do, for the tests of each.
        .target(
            name: "ExperimentStoreChecks", dependencies: ["LLMCore", "Experiments", "OpenAutoGLMTesting"],
            path: "Tests/ExperimentStoreChecks"
        ),
        .testTarget(
            name: "RunStorageTests",
            dependencies: [
                "LLMCore", "EventMessaging", "AdapterMiddleware", "Pipelines", "Experiments", "ModelCatalog",
                "RunStorage", "PostgresConnections", "PostgresRuns", "PostgresServing",
                "NATSMessaging", "NATSServing", "OpenAutoGLMTesting", "CrashSubject", "ExperimentStoreChecks", grdb,
            ]),
        .testTarget(
            name: "PostgresRunsTests",
            dependencies: [
                "LLMCore", "Pipelines", "RunStorage", "PostgresConnections", "PostgresRuns", "PostgresServing",
                "OpenAutoGLMTesting",
            ]),
        .testTarget(
            name: "PostgresConnectionsTests", dependencies: ["LLMCore", "PostgresConnections", "PostgresServing"]),
        .testTarget(name: "ModelCatalogTests", dependencies: ["LLMCore", "ModelCatalog", "OpenAutoGLMTesting"]),
        .testTarget(
            name: "CatalogStorageTests",
            dependencies: [
                "LLMCore", "ModelCatalog", "PostgresConnections", "CatalogStorage", "OpenAutoGLMTesting",
                "PostgresServing",
            ]),
        .testTarget(
            name: "ExperimentStorageTests",
            dependencies: [
                "LLMCore", "Experiments", "PostgresConnections", "ExperimentStorage", "ExperimentStoreChecks",
                "PostgresServing",
            ]),
        // A program that becomes the process of a plugin.
        .executableTarget(name: "PluginSubject", dependencies: ["PluginHost"], path: "Tests/PluginSubject"),
        .testTarget(
            name: "PluginHostTests",
            dependencies: [
                "LLMCore", "ResultParsing", "TaskRouting", "Pipelines", "MultimodalInputs", "PluginHost", "PluginKinds",
                "PluginKit", "PluginSubject", "OpenAutoGLMTesting", orderedCollections, crypto,
            ],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "PipelineStepsTests",
            dependencies: [
                "LLMCore", "EventMessaging", "AdaptiveControl", "Pipelines", "RemoteTransport", "RunStorage",
                "PipelineSteps",
                "PostgresServing", "DifferentiableTensors", "TaskModels",
                "OpenAutoGLMTesting", orderedCollections, grdb, nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
            ]),
        .testTarget(
            name: "ExperimentsTests",
            dependencies: ["LLMCore", "SourceDocuments", "Experiments", orderedCollections],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "LocalModelsTests",
            dependencies: ["LLMCore", "JSONSchemas", "ModelFiles", "LocalModels", "OpenAutoGLMTesting"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "RemoteTransportTests",
            dependencies: ["LLMCore", "RemoteTransport", "OpenAutoGLMTesting", nio("NIOCore"), nio("NIOHTTP1")]),
        .testTarget(
            name: "RemoteModelsTests",
            dependencies: [
                "LLMCore", "RemoteTransport", "RemoteModels", "ModelGateway", "OpenAutoGLMTesting", orderedCollections,
                nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"), nioSSL,
            ]),
        .testTarget(
            name: "KServeModelsTests",
            dependencies: [
                "AdapterMiddleware", "LLMCore", "RemoteTransport", "KServeProtocol", "KServeModels", "ModelFacade",
                "ModelGateway", "OpenAutoGLMTesting", orderedCollections, nio("NIOCore"), nio("NIOPosix"),
                nio("NIOHTTP1"), grpcCore, grpcHTTP2, swiftProtobuf, nioSSL,
            ]),
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
        .testTarget(
            name: "AccessControlTests",
            dependencies: [
                "LLMCore", "AdapterMiddleware", "AccessControl", "OpenAutoGLMTesting", crypto, jwtKit,
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        // Certificates that tests make for themselves.
        .target(
            name: "CertificateIssuing",
            dependencies: [
                crypto, .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ], path: "Tests/CertificateIssuing"),
        .testTarget(
            name: "NATSMessagingTests",
            dependencies: [
                "LLMCore", "EventMessaging", "Pipelines", "NATSMessaging", "NATSServing", "CertificateIssuing",
                "OpenAutoGLMTesting",
            ]),
        .testTarget(
            name: "ServerTLSTests",
            dependencies: ["LLMCore", "ServerTLS", "CertificateIssuing"]),
        .testTarget(
            name: "HTTPAPITests",
            dependencies: [
                "AccessControl", "ServerTLS", "CertificateIssuing", "LLMCore", "JSONSchemas", "AdapterMiddleware",
                "Observability", "RemoteModels",
                "ModelGateway",
                "HTTPAPI",
                "OpenAutoGLMTesting", orderedCollections, asyncHTTPClient, httpTypes, logging, serviceLifecycle,
                nio("NIOCore"),
                nio("NIOHTTP1"), nio("NIOPosix"), nioHTTP2, nioSSL,
            ]),
        .testTarget(
            name: "CatalogHTTPTests",
            dependencies: [
                "AccessControl", "LLMCore", "AdapterMiddleware", "Experiments", "ModelCatalog", "Observability",
                "RunStorage", "CatalogStorage", "ModelGateway", "HTTPAPI", "ModelTraffic", "CatalogHTTP",
                "OpenAutoGLMTesting",
                asyncHTTPClient, logging, serviceLifecycle, nio("NIOCore"), nio("NIOHTTP1"),
            ]),
        .testTarget(
            name: "ServingCoreTests",
            dependencies: [
                "LLMCore", "AdapterMiddleware", "Pipelines", "KServeProtocol", "Observability", "OpenVINOModels",
                "PluginHost",
                "ServingCore", "ModelBackends", "DifferentiableTensors", "TaskModels", "ModelTraining",
                "OpenAutoGLMTesting", logging,
                tracing,
            ],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "KServeHTTPTests",
            dependencies: [
                "AccessControl", "ServerTLS", "CertificateIssuing", "LLMCore", "KServeProtocol", "ModelGateway",
                "HTTPAPI", "ServingCore", "KServeHTTP", "Observability", "ServedModelProbes",
                "OpenAutoGLMTesting", asyncHTTPClient, logging, nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"),
            ]),
        .testTarget(
            name: "GRPCAPITests",
            dependencies: [
                "AccessControl", "ServerTLS", "CertificateIssuing", "LLMCore", "AdapterMiddleware", "Pipelines",
                "KServeProtocol", "KServeModels",
                "AutoGLMProtocol", "ServiceClient", "Observability", "ModelGateway", "HTTPAPI", "ServingCore",
                "ByteCompression", "KServeHTTP", "GRPCAPI", "ServedModelProbes", "OpenAutoGLMTesting", grpcCore,
                grpcHTTP2, grpcProtobuf,
                swiftProtobuf, logging, tracing, nio("NIOCore"), nio("NIOPosix"), nioHPACK,
            ]),
        .testTarget(
            name: "AdaptiveControlTests",
            dependencies: ["LLMCore", "AdaptiveControl", "OpenAutoGLMTesting", orderedCollections, realModule]),
        .testTarget(
            name: "AdapterMiddlewareTests", dependencies: ["LLMCore", "AdapterMiddleware", "OpenAutoGLMTesting"]),
        .testTarget(
            name: "ModelGatewayTests",
            dependencies: [
                "AccessControl", "SourceDocuments", "LLMCore", "AdapterMiddleware", "Observability", "RemoteTransport",
                "ModelGateway",
                "OpenAutoGLMTesting", serviceLifecycle,
            ]),
        .testTarget(
            name: "ObservabilityTests",
            dependencies: [
                "LLMCore", "EventMessaging", "AdapterMiddleware", "Observability", "Pipelines", "PipelineTelemetry",
                "RemoteTransport", "OpenAutoGLMTesting", logging, tracing, nio("NIOHTTP1"),
            ]),
        .testTarget(
            name: "TelemetryExportTests",
            dependencies: [
                "LLMCore", "AdapterMiddleware", "Observability", "RemoteTransport", "TelemetryExport", "RunStorage",
                "OpenAutoGLMTesting", hummingbird, hummingbirdCore, httpTypes, logging, serviceLifecycle, tracing,
                nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"), grpcCore, grpcHTTP2,
                grpcProtobuf, swiftProtobuf,
            ]),
        .testTarget(
            name: "AutoGLMCommandTests",
            dependencies: [
                "LLMCore", "CertificateIssuing", "NATSServing", "PostgresServing", asyncHTTPClient, nio("NIOCore"),
                nio("NIOHTTP1"),
                nioSSL,
            ]),
    ]
)

/// `AUTOGLM_TESTS=ATests,BTests` leaves only these tests and what they build on, for quick turns while working on a part.
if let names = Context.environment["AUTOGLM_TESTS"]?.split(separator: ",").map(String.init), !names.isEmpty {
    var (kept, waiting) = (Set<String>(), names)
    while let name = waiting.popLast() {
        guard kept.insert(name).inserted, let target = package.targets.first(where: { $0.name == name }) else {
            continue
        }
        if name == "AutoGLMCommandTests" { waiting.append("AutoGLMCommand") }
        for case .byNameItem(let needed, _) in target.dependencies { waiting.append(needed) }
    }
    package.targets.removeAll { !kept.contains($0.name) }
    package.products.removeAll { product in !["autoglm"].contains(product.name) || !kept.contains("AutoGLMCommand") }
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
