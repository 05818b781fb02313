// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import HTTPAPI
import LLMCore
import Logging
import ModelGateway
import NIOCore
import NIOHTTP1
import NIOPosix
import OpenAutoGLMTesting
import ServerTLS
import ServiceLifecycle
import Testing

@Suite("Shutting down")
struct DrainTests {
    /// A door that stays shut until somebody opens it.
    private struct Gate: Sendable {
        private let opening: AsyncStream<Never>
        private let continuation: AsyncStream<Never>.Continuation

        init() { (self.opening, self.continuation) = AsyncStream.makeStream() }

        func open() { self.continuation.finish() }
        func wait() async throws {
            for await _ in self.opening {}
            try Task.checkCancellation()
        }
    }

    private static func stream(_ server: LiveServer) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: "\(server.scheme)://127.0.0.1:\(server.port)/v1/chat/completions")
        request.method = .POST
        let body = #"{"model":"scripted","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#
        request.body = .bytes(ByteBuffer(string: body))
        return try await server.client.execute(request, timeout: .seconds(120))
    }

    /// Connects until that is refused.
    private static func waitUntilRefused(_ server: LiveServer) async throws {
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        while let channel = try? await bootstrap.connect(host: "127.0.0.1", port: server.port).get() {
            // The server may have closed it first.
            try? await channel.close()
        }
    }

    @Test(
        "A graceful shutdown lets a streamed answer end, refuses what is new, and then ends the server",
        arguments: [nil, .http1Only, .automatic] as [HTTPClient.Configuration.HTTPVersion?])
    func drains(version: HTTPClient.Configuration.HTTPVersion?) async throws {
        let encrypted = try EncryptedServer()
        let text = try await EncryptedServer.withClient(try encrypted.client(), version ?? .automatic) { client in
            try await Self.drain(version == nil ? nil : encrypted.contexts) { port in
                version == nil ? LiveServer(port: port) : LiveServer(port: port).encrypted(by: client)
            }
        }
        #expect(text.contains("Once") && text.contains(" upon a time."))
        #expect(text.hasSuffix("data: [DONE]\n\n"))
    }

    /// Shuts a server down in the middle of an answer; gives the answer.
    private static func drain(
        _ tls: TLSContexts?, _ client: @escaping @Sendable (Int) -> LiveServer
    ) async throws -> String {
        let gate = Gate()
        let model = ScriptedModel(replies: [.held("Once", until: { try await gate.wait() }, then: " upon a time.")])
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var server = HTTPServer(models: Gateway(models: [(model.name, model)]), logger: logger)
        (server.port, server.tls) = (0, tls)
        server.onListening = { continuation.yield($0) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: server)], logger: logger))
        return try await withThrowingTaskGroup(of: String?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask {
                for await port in ports {
                    let live = client(port)
                    let response = try await Self.stream(live)
                    var pieces = response.body.makeAsyncIterator()
                    var text = String(buffer: try await pieces.next() ?? ByteBuffer())
                    await group.triggerGracefulShutdown()
                    try await Self.waitUntilRefused(live)
                    gate.open()
                    while let piece = try await pieces.next() { text += String(buffer: piece) }
                    return text
                }
                return nil
            }
            // Both end: the answer, and the server by itself after it.
            var answer = ""
            for try await text in tasks { if let text { answer = text } }
            return answer
        }
    }
}
