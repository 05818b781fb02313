// SPDX-License-Identifier: Apache-2.0

import AccessControl
import AsyncHTTPClient
import HTTPAPI
import LLMCore
import NIOCore
import NIOHTTP1
import OpenAutoGLMTesting
import Testing

@Suite("Overload and deadlines")
struct OverloadTests {
    /// A door that stays shut until somebody opens it.
    private struct Door: Sendable {
        private let opening: AsyncStream<Never>
        private let continuation: AsyncStream<Never>.Continuation

        init() { (self.opening, self.continuation) = AsyncStream.makeStream() }

        func open() { self.continuation.finish() }
        func wait() async { for await _ in self.opening {} }
    }

    private static let questions = [
        ("/v1/chat/completions", #"{"model":"scripted","messages":[{"role":"user","content":"Hi"}]}"#, 503),
        ("/v1/messages", #"{"model":"scripted","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#, 529),
        ("/api/generate", #"{"model":"scripted","prompt":"Hi"}"#, 503), ("/v2/models/m/infer", "{}", 503),
    ]

    @Test("What is more than a server does at a time is refused at once, with the time to wait, and health is told")
    func overload() async throws {
        let door = Door()
        let model = ScriptedModel(replies: [.held("Once", until: { await door.wait() }, then: " more"), "fine"])
        let gate = RequestGate(.init(1, queue: 0, longestWait: .seconds(2)))
        try await LiveServer.run(model, gate: gate) { server in
            let response = try await Self.stream(server)
            var pieces = response.body.makeAsyncIterator()
            var text = String(buffer: try await pieces.next() ?? ByteBuffer())
            for (path, body, status) in Self.questions {
                let reply = try await server.send(.POST, path, body: body)
                #expect(reply.status == status && reply.headers["retry-after"] == "2", "\(path): \(reply.text)")
                #expect(reply.text.contains("too much to do"))
            }
            #expect(try await server.send(.GET, "/health").status == 200)
            door.open()
            while let piece = try await pieces.next() { text += String(buffer: piece) }
            #expect(text.contains(" more") && text.hasSuffix("data: [DONE]\n\n"))
            // The place is free again, at the latest a moment after the last byte.
            while try await server.chat().status == 503 {}
        }
    }

    private static func stream(_ server: LiveServer) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(server.port)/v1/chat/completions")
        request.method = .POST
        let body = #"{"model":"scripted","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#
        request.body = .bytes(ByteBuffer(string: body))
        return try await HTTPClient.shared.execute(request, timeout: .seconds(120))
    }

    @Test("A request that has waited for its turn as long as it may is refused, and one that gets it is answered")
    func waiting() async throws {
        let gate = RequestGate(.init(1, queue: 1, longestWait: .milliseconds(50)))
        try await LiveServer.run(ScriptedModel(replies: ["fine", "fine"]), gate: gate) { server in
            do {
                let place = try await gate.enter()
                let refused = try await server.chat()
                #expect(refused.status == 503 && refused.headers["retry-after"] == "1")
                withExtendedLifetime(place) {}
            }
            #expect(try await server.chat().status == 200)
        }
    }

    @Test(
        "An answer that is not there in the time that the request gives it is an error, and its work ends",
        arguments: [true, false])
    func deadline(streams: Bool) async throws {
        let door = Door()
        let model = ScriptedModel(replies: [.held("Once", until: { await door.wait() }, then: " more"), "fine"])
        try await LiveServer.run(model) { server in
            let body = #"{"model":"scripted","stream":\#(streams),"messages":[{"role":"user","content":"Hi"}]}"#
            let late = try await server.send(body: body, headers: [("X-Request-Timeout", streams ? "10s" : "1s")])
            #expect(late.status == (streams ? 200 : 504), "\(late.text)")
            #expect(late.text.contains("llm.deadline-exceeded") && !late.text.contains("[DONE]"))
            let inTime = try await server.send(body: body, headers: [("X-Request-Timeout", "60")])
            #expect(inTime.status == 200 && inTime.text.contains("fine"))
            for text in ["soon", "-1", "0", "", "1e999"] {
                let wrong = try await server.send(body: body, headers: [("X-Request-Timeout", text)])
                #expect(wrong.status == 400 && wrong.error["param"] == "X-Request-Timeout", "\(text)")
            }
            door.open()
        }
    }
}
