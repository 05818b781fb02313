// SPDX-License-Identifier: Apache-2.0

import AccessControl
import AsyncHTTPClient
import CatalogHTTP
import CatalogStorage
import Foundation
import HTTPAPI
import LLMCore
import Logging
import ModelCatalog
import ModelGateway
import ModelTraffic
import NIOCore
import NIOHTTP1
import Observability
import RunStorage

/// A model that says its name, or fails.
struct NamedModel: ModelAdapter {
    let name: String
    var fails = false
    /// What it says instead of its name.
    var text: String?
    let capabilities: ModelCapabilities = [.chat, .rawPrompts, .jsonConstraints]

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        if self.fails { throw LLMError(.backendFailed, "'\(self.name)' fails.") }
        let system: String =
            if case .messages(let messages) = request.prompt { messages.first { $0.role == .system }?.text ?? "" } else
            {
                ""
            }
        let (events, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        continuation.yield(.text(TextDelta(text: self.text ?? self.name + system)))
        continuation.yield(
            .finished(
                GenerationSummary(
                    finishReason: .stop, usage: TokenUsage(promptTokens: 1_000_000, completionTokens: 0))))
        continuation.finish()
        return GenerationStream(events)
    }
}

/// A folder of a test's own, removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        self.path = NSTemporaryDirectory() + "autoglm-traffic-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    /// Writes a file, and gives its path.
    func file(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(self.path)/\(name)"))
        return "\(self.path)/\(name)"
    }

    /// A catalogue in the folder.
    func catalog() throws -> ModelCatalog {
        ModelCatalog(
            store: SQLiteCatalogStore(try StorageFile(path: "\(self.path)/catalog.sqlite")),
            artefacts: ArtefactFolder("\(self.path)/artefacts"))
    }

    /// Experiments over models, in the folder.
    func experiments(_ gateway: Gateway) throws -> ServedExperiments {
        ServedExperiments(
            store: SQLiteExperimentStore(try StorageFile(path: "\(self.path)/experiments.sqlite")), models: gateway,
            pause: .seconds(3600), logger: .silent, now: { 1_000 }, makeUnit: { "request-1" })
    }
}

extension JSONValue {
    /// An element of a list.
    subscript(index: Int) -> JSONValue? { self.arrayValue.flatMap { $0.indices.contains(index) ? $0[index] : nil } }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// The server on a free port, for the time of a test.
struct LiveTraffic: Sendable {
    struct Reply {
        var status: Int
        var headers: [String: String]
        var json: JSONValue

        /// What a chat said.
        var text: String? { self.json["choices"]?[0]?["message"]?["content"]?.stringValue }
        /// The code of an error.
        var code: String? { self.json["error"]?["code"]?.stringValue }
    }

    let port: Int

    static func run<Value: Sendable>(
        _ gateway: Gateway, _ routes: [any HTTPRoutes], experiments: ServedExperiments? = nil,
        telemetry: Telemetry? = nil, access: AccessGuard? = nil,
        _ body: @escaping @Sendable (LiveTraffic) async throws -> Value
    ) async throws -> Value {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        var server = HTTPServer(models: gateway, logger: .silent)
        (server.port, server.otherRoutes, server.telemetry, server.access) = (0, routes, telemetry, access)
        server.onListening = { continuation.yield($0) }
        return try await withThrowingTaskGroup(of: Value?.self) { [server] group in
            group.addTask {
                try await server.run()
                return nil
            }
            if let experiments {
                group.addTask {
                    try await experiments.run()
                    return nil
                }
            }
            group.addTask {
                for await port in ports { return try await body(LiveTraffic(port: port)) }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() { if let value { return value } }
            throw LLMError(.backendFailed, "The server ended before the test.")
        }
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil, headers: [(String, String)] = []
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(self.port)\(path)")
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 22))
        return Reply(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 }),
            json: (try? JSONValue(parsing: text)) ?? .null)
    }

    /// Asks for a chat.
    func chat(
        _ model: String, user: String? = nil, _ members: String = "", headers: [(String, String)] = []
    ) async throws -> Reply {
        let user = user.map { #","user":"\#($0)""# } ?? ""
        return try await self.send(
            .POST, "/v1/chat/completions",
            #"{"model":"\#(model)","messages":[{"role":"user","content":"Hi"}]\#(user)\#(members)}"#, headers: headers)
    }
}
