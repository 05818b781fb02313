// SPDX-License-Identifier: Apache-2.0

import AccessControl
import AsyncHTTPClient
import Foundation
import HTTPAPI
import KServeHTTP
import LLMCore
import Logging
import ModelGateway
import NIOCore
import NIOHTTP1
import Observability
import OpenAutoGLMTesting
import ServedModelProbes
import ServingCore

/// The server with a repository of built-in models on a free port, for the time of a test.
struct LiveKServe: Sendable {
    /// An answer that arrived whole.
    struct Reply {
        var status: Int
        var headers: [String: String]
        var bytes: [UInt8]

        /// The body as JSON.
        var json: JSONValue { (try? JSONValue(parsing: self.bytes)) ?? .null }
        /// The data of the events of a stream.
        var events: [JSONValue] {
            String(decoding: self.bytes, as: UTF8.self).components(separatedBy: "\n\n").filter { !$0.isEmpty }
                .map { (try? JSONValue(parsing: $0.dropFirst("data: ".count).utf8)) ?? .null }
        }
    }

    let port: Int
    let repository: ModelRepository

    /// The models' configurations by their names.
    static let models = [
        "add_sub": """
        backend: "add_sub" max_batch_size: 8 dynamic_batching { }
        input [ { name: "INPUT0" data_type: TYPE_INT32 dims: [ 2 ] }, { name: "INPUT1" data_type: TYPE_INT32 dims: [ 2 ] } ]
        output [ { name: "OUTPUT0" data_type: TYPE_INT32 dims: [ 2 ] }, { name: "OUTPUT1" data_type: TYPE_INT32 dims: [ 2 ] } ]
        """,
        "texts": """
        backend: "identity" max_batch_size: 8
        input { name: "INPUT0" data_type: TYPE_STRING dims: [ -1 ] }
        output { name: "OUTPUT0" data_type: TYPE_STRING dims: [ -1 ] }
        """,
        "floats": """
        backend: "identity"
        input { name: "INPUT0" data_type: TYPE_FP32 dims: [ -1 ] }
        output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ -1 ] }
        """,
        "repeat": """
        backend: "repeat" model_transaction_policy { decoupled: true }
        input { name: "IN" data_type: TYPE_INT32 dims: [ -1 ] }
        output { name: "OUT" data_type: TYPE_INT32 dims: [ 1 ] }
        """,
    ]

    /// Serves while a test talks to the server.
    static func run<Value: Sendable>(
        limits: ServerLimits = ServerLimits(), access: AccessGuard? = nil, gate: RequestGate? = nil,
        telemetry: Telemetry? = nil, backend: (any ModelBackend)? = nil,
        _ body: @escaping @Sendable (LiveKServe) async throws -> Value
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
        let repository = ModelRepository(options, backends: backend.map { [$0] } ?? [], clock: clock, logger: logger)
        for name in models.keys { try await repository.load(name) }
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        var server = HTTPServer(models: Gateway(models: []), logger: logger)
        (server.port, server.limits, server.access) = (0, limits, access)
        (server.gate, server.telemetry) = (gate, telemetry)
        server.otherRoutes = [KServeRoutes(repository: repository, limits: server.liveLimits, version: "1.2.3")]
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
                for await port in ports { return try await body(LiveKServe(port: port, repository: repository)) }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() { if let value { return value } }
            throw LLMError(.backendFailed, "The server ended before the test.")
        }
    }

    /// Sends a request and reads the whole answer.
    func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil, headers: [(String, String)] = []
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(self.port)\(path)")
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let bytes = try await response.body.collect(upTo: 1 << 24)
        return Reply(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 }),
            bytes: Array(bytes.readableBytesView))
    }

    func post(_ path: String, _ body: String) async throws -> Reply {
        try await self.send(.POST, path, Array(body.utf8))
    }
}
