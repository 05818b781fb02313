// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import HTTPAPI
import LLMCore
import NIOCore
import NIOHTTP1
import NIOSSL
import OpenAutoGLMTesting
import Testing

@Suite("HTTP/2")
struct MultiplexingTests {
    /// Asks a server over HTTP/2.
    private static func run<Value: Sendable>(
        _ model: any ModelAdapter, _ limits: ServerLimits = ServerLimits(),
        _ body: @escaping @Sendable (LiveServer) async throws -> Value
    ) async throws -> Value {
        let encrypted = try EncryptedServer()
        return try await LiveServer.run(model, limits: limits, tls: encrypted.contexts) { server in
            try await EncryptedServer.withClient(encrypted.client()) { try await body(server.encrypted(by: $0)) }
        }
    }

    @Test("A client that gives up a request ends its generation, streamed or not, and keeps its connection")
    func cancellation() async throws {
        let model = HangingModel()
        try await Self.run(model) { server in
            for stream in ["", #","stream":true"#] {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try? await server.chat(stream, model: "endless") }
                    await model.started.first { _ in true }
                    group.cancelAll()
                }
                await model.stopped.first { _ in true }
                let health = try await server.send(.GET, "/health")
                #expect(health.version == .http2)
            }
        }
    }

    @Test("Limits of headers and bodies hold on each stream")
    func limits() async throws {
        var limits = ServerLimits()
        limits.bodyBytes = 1000
        try await Self.run(ScriptedModel(replies: ["fine"]), limits) { server in
            let many = try await server.send(.GET, "/health", headers: (0..<150).map { ("x-\($0)", "a") })
            #expect(many.status == 431 && many.error["message"]?.stringValue?.contains("headers") == true)
            let large = try await server.send(body: String(repeating: " ", count: 1001))
            #expect(large.status == 413)
            let reply = try await server.chat()
            #expect(reply.status == 200 && reply.version == .http2)
        }
    }

    @Test("A body that comes too slowly is refused, and other requests of the connection are answered")
    func slowBody() async throws {
        var limits = ServerLimits()
        limits.patience.bodyTime = .milliseconds(100)
        try await Self.run(ScriptedModel(replies: ["fine"]), limits) { server in
            var request = HTTPClientRequest(url: "https://127.0.0.1:\(server.port)/v1/chat/completions")
            request.method = .POST
            let (pieces, body) = AsyncStream<ByteBuffer>.makeStream()
            body.yield(ByteBuffer(string: "{"))
            request.body = .stream(pieces, length: .unknown)
            let response = try await server.client.execute(request, timeout: .seconds(120))
            #expect(response.status == .requestTimeout)
            #expect(try await server.chat().status == 200)
            body.finish()
        }
    }

    @Test("A connection that asks for nothing is closed")
    func idle() async throws {
        let encrypted = try EncryptedServer()
        var limits = ServerLimits()
        (limits.idleTime, limits.patience.readTime) = (.milliseconds(50), .milliseconds(50))
        try await LiveServer.run(ScriptedModel(), limits: limits, tls: encrypted.contexts) { server in
            var encryption = try encrypted.client()
            encryption.applicationProtocols = ["h2"]
            let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
            for bytes in [[], preface] {
                let answer = try await PlainConnection.untilClosed(server.port, bytes, encryption)
                // Settings, and the goodbye.
                #expect(answer.contains(7), "\(answer)")
            }
        }
    }
}
