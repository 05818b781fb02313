// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import NIOCore
import NIOHTTP1
import NIOPosix
import OpenAutoGLMTesting
import Testing

@Suite("Readers that do not read", .timeLimit(.minutes(5)))
struct SilentReaderTests {
    private static let piece = String(repeating: "on and on ", count: 1000)

    @Test(
        "A client that takes nothing of its stream loses it, and the model writes no more than is on its way",
        arguments: [
            ("/v1/chat/completions", #"{"model":"endless","stream":true,"messages":[{"role":"user","content":"Go"}]}"#),
            ("/v1/completions", #"{"model":"endless","stream":true,"prompt":"Go","max_tokens":100000}"#),
            ("/v1/responses", #"{"model":"endless","stream":true,"input":"Go"}"#),
            (
                "/v1/messages",
                #"{"model":"endless","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"Go"}]}"#
            ),
            ("/api/chat", #"{"model":"endless","messages":[{"role":"user","content":"Go"}]}"#),
        ])
    func drops(path: String, body: String) async throws {
        let model = EndlessModel(saying: Self.piece)
        var limits = ServerLimits()
        limits.patience.readTime = .milliseconds(200)
        try await LiveServer.run(model, limits: limits) { server in
            let request = "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            // The connection takes nothing from its socket as long as nobody asks it to.
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .channelOption(.autoRead, value: false)
                .channelOption(.socketOption(.so_rcvbuf), value: 64 << 10)
                .connect(host: "127.0.0.1", port: server.port).get()
            try await channel.writeAndFlush(ByteBuffer(string: request))
            await model.waitForDrop()
            #expect(model.pieceCount * Self.piece.utf8.count < 32 << 20, "\(model.pieceCount) pieces")
            try? await channel.close()
            #expect(try await server.send(.GET, "/health").status == 200)
        }
    }
}
