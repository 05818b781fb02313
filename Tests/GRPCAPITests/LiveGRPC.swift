// SPDX-License-Identifier: Apache-2.0

import AccessControl
import Foundation
import GRPCAPI
import GRPCCore
import GRPCNIOTransportHTTP2
import KServeProtocol
import LLMCore
import Logging
import ModelGateway
import Observability
import OpenAutoGLMTesting
import Pipelines
import ServedModelProbes
import ServerTLS
import ServingCore

/// The gRPC server with a repository of built-in models on a free port, for the time of a test.
struct LiveGRPC: Sendable {
    let port: Int
    let repository: ModelRepository

    /// Where clients find it.
    var url: String { "grpc://127.0.0.1:\(self.port)" }

    private static let models = [
        "add_sub": """
        backend: "add_sub" max_batch_size: 8 dynamic_batching { }
        input [ { name: "INPUT0" data_type: TYPE_FP32 dims: [ 2 ] }, { name: "INPUT1" data_type: TYPE_FP32 dims: [ 2 ] } ]
        output [ { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 2 ] }, { name: "OUTPUT1" data_type: TYPE_FP32 dims: [ 2 ] } ]
        """,
        "texts": """
        backend: "identity"
        input { name: "INPUT0" data_type: TYPE_STRING dims: [ -1 ] }
        output { name: "OUTPUT0" data_type: TYPE_STRING dims: [ -1 ] }
        """,
        "slow": """
        backend: "identity" parameters { key: "execute_delay_ms" value { string_value: "60000" } }
        input { name: "INPUT0" data_type: TYPE_STRING dims: [ -1 ] }
        output { name: "OUTPUT0" data_type: TYPE_STRING dims: [ -1 ] }
        """,
        "repeat": """
        backend: "repeat" model_transaction_policy { decoupled: true }
        input { name: "IN" data_type: TYPE_INT32 dims: [ -1 ] }
        output { name: "OUT" data_type: TYPE_INT32 dims: [ 1 ] }
        """,
        "sums": """
        backend: "sequence_sum" sequence_batching { }
        input { name: "INPUT" data_type: TYPE_INT32 dims: [ 1 ] }
        output { name: "OUTPUT" data_type: TYPE_INT32 dims: [ 1 ] }
        """,
    ]

    /// Serves while a test talks to the server.
    ///
    /// - Parameters:
    ///   - model: A language model that is served as `text` by KServe's protocol.
    ///   - backend: A backend of the test's own, whose models `own` and `patient` take and give one tensor of numbers.
    ///   - chat: A language model that is served by `autoglm.v1`.
    ///   - access: Who is let in.
    ///   - gate: Bounds how much is done at a time.
    ///   - beginTime: How long the first bytes of a connection may take.
    ///   - readTime: How long a client may take nothing of what waits for it.
    static func run<Value: Sendable>(
        text model: (any ModelAdapter)? = nil, backend: (any ModelBackend)? = nil, chat: (any ModelAdapter)? = nil,
        access: AccessGuard? = nil,
        telemetry: Telemetry? = nil, tls: TLSContexts? = nil, gate: RequestGate? = nil,
        beginTime: Duration = .seconds(15), readTime: Duration = .seconds(30),
        _ body: @escaping @Sendable (LiveGRPC) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("models-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var models = Self.models
        if let backend { models.merge(NotingModel.configurations(backend)) { $1 } }
        for (name, configuration) in models {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)/1", withIntermediateDirectories: true)
            try Data(configuration.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)/config.pbtxt"))
        }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var options = ModelRepository.Options()
        (options.folders, options.control) = ([folder], .explicit)
        // A model of the test's own takes no time, however busy the machine is.
        let clock = backend == nil ? ServingClock() : ServingClock(HeldClock())
        let repository = ModelRepository(
            options, backends: backend.map { [$0] } ?? [], clock: clock, tracer: telemetry?.tracer, logger: logger)
        for name in models.keys { try await repository.load(name) }
        if let model {
            let configuration = try LanguageModelBackend.configuration(named: "text")
            let source = ModelSource(configuration: configuration, version: 1, folder: "")
            repository.add(try await LanguageModelBackend { _ in model }.load(source), configuration: configuration)
        }
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        var server = GRPCInferenceServer(repository: repository, version: "1.2.3")
        (server.port, server.access) = (0, access)
        server.tls = tls
        server.pipelines = DoublingPipeline()
        (server.telemetry, server.gate) = (telemetry, gate)
        (server.beginTime, server.readTime) = (beginTime, readTime)
        server.logger = logger
        if let chat { server.models = Gateway(models: [(chat.name, chat)]) }
        server.onListening = { continuation.yield($0) }
        return try await withThrowingTaskGroup(of: Value?.self) { [server] group in
            group.addTask {
                try await repository.run()
                return nil
            }
            group.addTask {
                try await server.run()
                return nil
            }
            group.addTask {
                for await port in ports { return try await body(LiveGRPC(port: port, repository: repository)) }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() { if let value { return value } }
            throw LLMError(.backendFailed, "The server ended before the test.")
        }
    }

    /// Lends a client of the whole service.
    func withClient<Value: Sendable>(
        _ security: HTTP2ClientTransport.Posix.TransportSecurity = .plaintext,
        _ body: @escaping @Sendable (GRPCClient<HTTP2ClientTransport.Posix>) async throws -> Value
    ) async throws -> Value {
        try await withGRPCClient(
            transport: try .http2NIOPosix(
                target: .dns(host: "localhost", port: self.port), transportSecurity: security)
        ) { try await body($0) }
    }
}

/// A pipeline that says a word twice.
private struct DoublingPipeline: PipelineRunning {
    let names = ["double"]

    func run(
        _ name: String, inputs: [String: JSONValue], onEvent: @escaping @Sendable (PipelineEvent) -> Void
    ) async throws -> PipelineResult {
        guard name == "double" else { throw LLMError(.unknownModel, "There is no pipeline '\(name)'.") }
        let pipeline = try Pipeline(
            yaml: """
                pipeline: double
                version: 1.0.0
                inputs: {word: {type: string}}
                steps:
                  - {id: double, uses: input, with: {text: "${inputs.word}${inputs.word}"}}
                output: "${double.text}"
                """, file: "double.yaml")
        return try await PipelineRunner(model: ScriptedModel()).run(pipeline, inputs: inputs, onEvent: onEvent)
    }
}
