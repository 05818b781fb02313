// SPDX-License-Identifier: Apache-2.0

import AccessControl
import AdapterMiddleware
import AsyncHTTPClient
import HTTPAPI
import LLMCore
import Logging
import ModelGateway
import NIOCore
import NIOHTTP1
import Observability
import OpenAutoGLMTesting
import ServerTLS

/// The server on a free port, for the time of a test.
struct LiveServer: Sendable {
    /// An answer that arrived whole.
    struct Reply {
        var status: Int
        var version = HTTPVersion.http1_1
        var headers: [String: String]
        var text: String

        /// The body as JSON.
        var json: JSONValue { (try? JSONValue(parsing: self.text)) ?? .null }
        /// The data of the events of a stream.
        var events: [String] {
            self.text.split(separator: "\n\n").map { String($0.dropFirst("data: ".count)) }
        }
        /// The events of a stream whose events have names, each with its data.
        var namedEvents: [(name: String, data: JSONValue)] {
            get throws {
                try self.text.split(separator: "\n\n").map { event in
                    let lines = event.split(separator: "\n")
                    guard lines.count == 2, lines[0].hasPrefix("event: "), lines[1].hasPrefix("data: ") else {
                        throw LLMError(.backendFailed, "No named event: \(event)")
                    }
                    return (
                        String(lines[0].dropFirst("event: ".count)),
                        try JSONValue(parsing: String(lines[1].dropFirst("data: ".count)))
                    )
                }
            }
        }
        /// The lines of a stream of lines.
        var lines: [JSONValue] {
            get throws { try self.text.split(separator: "\n").map { try JSONValue(parsing: String($0)) } }
        }
        /// What is said of an error.
        var error: JSONValue { self.json["error"] ?? .null }
    }

    let port: Int
    /// Who asks, and how: `http` or `https`.
    var client = HTTPClient.shared
    var scheme = "http"

    /// The same server, asked by a client that encrypts.
    func encrypted(by client: HTTPClient) -> LiveServer { LiveServer(port: self.port, client: client, scheme: "https") }

    /// Serves a model while a test talks to it.
    static func run<Value: Sendable>(
        _ model: any ModelAdapter, limits: ServerLimits = ServerLimits(), usage: UsageLedger = UsageLedger(),
        telemetry: Telemetry? = nil, access: AccessGuard? = nil,
        gate: RequestGate? = nil, tls: TLSContexts? = nil,
        _ body: @escaping @Sendable (LiveServer) async throws -> Value
    ) async throws -> Value {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        var server = HTTPServer(
            models: Gateway(models: [(model.name, model)], usage: usage),
            clock: ReplyClock(seconds: { 1_700_000_000 }, uptime: { .zero }, identifier: { 0xABC }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        server.port = 0
        server.limits = limits
        server.telemetry = telemetry
        (server.access, server.gate, server.tls) = (access, gate, tls)
        server.onListening = { continuation.yield($0) }
        return try await withThrowingTaskGroup(of: Value?.self) { [server] group in
            group.addTask {
                try await server.run()
                return nil
            }
            group.addTask {
                for await port in ports { return try await body(LiveServer(port: port)) }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() { if let value { return value } }
            throw LLMError(.backendFailed, "The server ended before the test.")
        }
    }

    /// Sends a request and reads the whole answer.
    func send(
        _ method: HTTPMethod = .POST, _ path: String = "/v1/chat/completions", body: String? = nil,
        bytes: ByteBuffer? = nil, headers: [(String, String)] = []
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: "\(self.scheme)://127.0.0.1:\(self.port)\(path)")
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let bytes = bytes ?? body.map({ ByteBuffer(string: $0) }) { request.body = .bytes(bytes) }
        let response = try await self.client.execute(request, timeout: .seconds(120))
        let text = try await response.body.collect(upTo: 1 << 24)
        return Reply(
            status: Int(response.status.code), version: response.version,
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 }),
            text: String(buffer: text))
    }

    /// Asks for a chat completion with more members than model and messages.
    func chat(_ members: String = "", model: String = "scripted") async throws -> Reply {
        try await self.send(
            body: #"{"model":"\#(model)","messages":[{"role":"user","content":"Hi there"}]\#(members)}"#)
    }
}
