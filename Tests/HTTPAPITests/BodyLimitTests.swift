// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import HTTPAPI
import LLMCore
import NIOCore
import NIOHTTP1
import OpenAutoGLMTesting
import Testing

@Suite("Limits of bodies")
struct BodyLimitTests {
    private static func limits(bytes: Int, pieces: Int) -> ServerLimits {
        var limits = ServerLimits()
        limits.bodyBytes = bytes
        limits.bodyPieces = pieces
        return limits
    }

    /// Sends a body in chunks of one length, without saying how long it is.
    private static func send(_ body: String, every length: Int, to server: LiveServer) async throws -> (Int, JSONValue)
    {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(server.port)/v1/chat/completions")
        request.method = .POST
        let bytes = Array(body.utf8)
        let (chunks, continuation) = AsyncStream<ByteBuffer>.makeStream()
        for start in stride(from: 0, to: bytes.count, by: length) {
            continuation.yield(ByteBuffer(bytes: bytes[start..<min(start + length, bytes.count)]))
        }
        continuation.finish()
        request.body = .stream(chunks, length: .unknown)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
        return (Int(response.status.code), (try? JSONValue(parsing: text)) ?? .null)
    }

    private static let question = #"{"model":"scripted","messages":[{"role":"user","content":"Hi"}]}"#

    @Test("A body in chunks is taken as one that comes whole", arguments: [1, 7, 1000])
    func chunks(length: Int) async throws {
        try await LiveServer.run(ScriptedModel(replies: ["fine"])) { server in
            let (status, _) = try await Self.send(Self.question, every: length, to: server)
            #expect(status == 200)
        }
    }

    @Test("A body that grows too large without having said so is refused")
    func largeChunks() async throws {
        let limits = Self.limits(bytes: 1000, pieces: 1000)
        try await LiveServer.run(ScriptedModel(replies: ["fine"]), limits: limits) { server in
            let (status, body) = try await Self.send(String(repeating: " ", count: 3000), every: 100, to: server)
            #expect(status == 413 && body["error"]?["code"] == "request_too_large")
            #expect(try await server.chat().status == 200)
        }
    }

    @Test("A body of too many tiny chunks is refused, however short it is")
    func manyChunks() async throws {
        let limits = Self.limits(bytes: 1 << 20, pieces: 50)
        try await LiveServer.run(ScriptedModel(replies: ["fine"]), limits: limits) { server in
            let (status, body) = try await Self.send(Self.question, every: 1, to: server)
            #expect(status == 413 && body["error"]?["code"] == "too_many_chunks")
            #expect(try await Self.send(Self.question, every: 10, to: server).0 == 200)
        }
    }

    @Test("The texts that may end an answer are limited in number")
    func stops() async throws {
        let stops = "[" + Array(repeating: #""a""#, count: 65).joined(separator: ",") + "]"
        try await LiveServer.run(ScriptedModel()) { server in
            let reply = try await server.chat(#","stop":\#(stops)"#)
            #expect(reply.status == 400 && reply.error["param"] == "stop")
        }
    }
}
