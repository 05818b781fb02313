// SPDX-License-Identifier: Apache-2.0

import LLMCore
import NIOCore
import NIOHTTP1
import RemoteTransport
import Synchronization
import Testing

@Suite("HTTP exchanges")
struct TransportTests {
    @Test("A question reaches the server as it is, and the answer comes back")
    func exchange() async throws {
        let reply = ScriptedServer.Reply(status: 201, headers: ["x-a": "1"], pieces: [[1, 2], [3]])
        try await ScriptedServer.run({ _ in reply }) { server in
            let response = try await HTTPTransport.shared.send(
                TransportRequest(
                    method: .POST, url: "\(server.url)/path?q=1", headers: ["x-b": "2"],
                    body: ByteBuffer(string: "hello")))
            #expect(response.status == 201 && response.isSuccess && response.headers.first(name: "x-a") == "1")
            let body = try await response.collect()
            #expect(Array(body.readableBytesView) == [1, 2, 3])
            let request = try #require(server.requests.first)
            #expect(request.path == "/path?q=1" && request.headers.first(name: "x-b") == "2")
            #expect(request.body == Array("hello".utf8))
        }
    }

    @Test("What a server drops on a fresh connection was seen, and is not sent again", arguments: [true, false])
    func seen(isRepeatable: Bool) async throws {
        try await ScriptedServer.run({ _ in ScriptedServer.Reply(end: .closed) }) { server in
            var request = TransportRequest(method: .POST, url: server.url)
            request.isRepeatable = isRepeatable
            let asked = request
            let error = await #expect(throws: TransportError.self) { try await HTTPTransport.shared.send(asked) }
            #expect(error?.code == .interrupted && server.requests.count == 1)
        }
    }

    @Test(
        "A question that does no harm is sent again, once, where the server closes a kept connection",
        arguments: [true, false])
    func repeats(isRepeatable: Bool) async throws {
        let transport = HTTPTransport()
        let count = Mutex(0)
        let answer = { @Sendable (_: ScriptedServer.Request) in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return ScriptedServer.Reply(end: number.isMultiple(of: 2) ? .closed : .complete)
        }
        try await ScriptedServer.run(answer) { server in
            var request = TransportRequest(method: .POST, url: server.url, body: ByteBuffer(string: "a"))
            request.isRepeatable = isRepeatable
            let asked = request
            _ = try await transport.send(asked).collect()
            if isRepeatable {
                #expect(try await transport.send(asked).isSuccess && server.requests.count == 3)
            } else {
                let error = await #expect(throws: TransportError.self) { try await transport.send(asked) }
                #expect(error?.code == .interrupted && server.requests.count == 2)
            }
        }
    }

    @Test("A redirect is not followed")
    func redirect() async throws {
        let reply = ScriptedServer.Reply(status: 307, headers: ["location": "/other"])
        try await ScriptedServer.run({ _ in reply }) { server in
            let response = try await HTTPTransport.shared.send(TransportRequest(url: server.url))
            #expect(response.status == 307)
            #expect(server.requests.count == 1)
        }
    }

    @Test("An answer that is larger than allowed is an error")
    func limit() async throws {
        var settings = TransportSettings()
        settings.maximumResponseBytes = 1000
        let transport = HTTPTransport(settings)
        let reply = ScriptedServer.Reply(pieces: Array(repeating: Array(repeating: 7, count: 400), count: 3))
        try await ScriptedServer.run({ _ in reply }) { server in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(TransportRequest(url: server.url)).collect()
            }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test(
        "Failures say what they are",
        arguments: [
            (ScriptedServer.Reply.End.cutOff, TransportError.Code.interrupted), (.silence, .timedOut),
        ])
    func failures(end: ScriptedServer.Reply.End, code: TransportError.Code) async throws {
        var settings = TransportSettings()
        if end == .silence { settings.readTimeout = .milliseconds(50) }
        let transport = HTTPTransport(settings)
        try await ScriptedServer.run({ _ in ScriptedServer.Reply(pieces: [[1]], end: end) }) { server in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(TransportRequest(url: server.url)).collect()
            }
            #expect(error?.code == code)
        }
    }

    @Test(
        "Where nobody answers, and what is no URL, are told apart",
        arguments: [
            ("http://127.0.0.1:1/v1", TransportError.Code.connectionFailed), ("nonsense", .invalidRequest),
            ("ftp://127.0.0.1", .invalidRequest), ("", .invalidRequest),
        ])
    func unreachable(url: String, code: TransportError.Code) async {
        let error = await #expect(throws: TransportError.self) {
            try await HTTPTransport.shared.send(TransportRequest(url: url))
        }
        #expect(error?.code == code)
    }

    @Test(
        "A message shows no name, password or query of a URL",
        arguments: [
            ("http://me:secret@127.0.0.1:1/a?key=secret", "http://127.0.0.1:1/a"),
            ("http://127.0.0.1:1/a@b#secret", "http://127.0.0.1:1/a@b"),
        ])
    func redaction(url: String, shown: String) async {
        let error = await #expect(throws: TransportError.self) {
            try await HTTPTransport.shared.send(TransportRequest(url: url))
        }
        #expect(error?.message.contains(shown) == true && "\(error as Any)".contains("secret") == false)
    }

    @Test(
        "How long to wait is read from seconds, milliseconds and dates",
        arguments: [
            (["retry-after": "7"], 7.0), (["retry-after": "1.5"], 1.5),
            (["retry-after-ms": "250", "retry-after": "9"], 0.25),
            (["retry-after": "Sun, 06 Nov 1994 08:50:07 GMT", "date": "Sun, 06 Nov 1994 08:49:37 GMT"], 30.0),
            (["retry-after": "Sun, 06 Nov 1994 08:49:07 GMT", "date": "Sun, 06 Nov 1994 08:49:37 GMT"], 0.0),
            (["retry-after": "soon"], nil), (["retry-after": "-1"], nil), (["retry-after": "1e99"], nil), ([:], nil),
        ] as [([String: String], Double?)])
    func retryAfter(headers: [String: String], seconds: Double?) async throws {
        var reply = ScriptedServer.Reply(status: 429)
        for (name, value) in headers { reply.headers.add(name: name, value: value) }
        try await ScriptedServer.run({ [reply] _ in reply }) { server in
            let response = try await HTTPTransport.shared.send(TransportRequest(url: server.url))
            #expect(response.retryAfter == seconds.map { .seconds($0) })
        }
    }

    @Test("A cancelled question ends, and its connection with it")
    func cancellation() async throws {
        try await ScriptedServer.run({ _ in ScriptedServer.Reply(pieces: [[1]], end: .silence) }) { server in
            let url = server.url
            await withTaskGroup { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        let body = try await HTTPTransport.shared.send(TransportRequest(url: url)).body
                        for try await _ in body { withUnsafeCurrentTask { $0?.cancel() } }
                    }
                }
            }
            for await _ in server.abandonments { break }
        }
    }
}
