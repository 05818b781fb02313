// SPDX-License-Identifier: Apache-2.0

import LLMCore
import NIOHTTP1
import RemoteTransport
import Synchronization
import Testing

@Suite("Fetching media")
struct MediaFetcherTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]

    /// Fetches `http://media.example:PORT/…`, which stands for the scripted server.
    private static func fetch(
        _ path: String = "/a.png", _ change: (inout MediaPolicy) -> Void = { _ in },
        _ answer: @escaping @Sendable (ScriptedServer.Request) -> ScriptedServer.Reply
    ) async throws -> MediaSource {
        try await ScriptedServer.run(answer) { server in
            var policy = MediaPolicy()
            policy.localHosts = ["media.example"]
            // Beside other tests, a thread may be long in coming.
            policy.timeLimit = .seconds(600)
            change(&policy)
            let fetcher = MediaFetcher(policy, resolver: Hosts())
            let port = server.url.split(separator: ":").last ?? ""
            return try await fetcher.fetch("http://media.example:\(port)\(path)")
        }
    }

    @Test("An image comes with the type that its bytes show, whatever the server says")
    func image() async throws {
        let source = try await Self.fetch { request in
            let isRight =
                request.path == "/a.png" && request.headers.first(name: "host")?.hasPrefix("media.example:") == true
            return ScriptedServer.Reply(
                status: isRight ? 200 : 400, headers: ["content-type": "text/html"], pieces: [Self.png])
        }
        #expect(source == .data(Self.png, mediaType: "image/png"))
    }

    @Test(
        "Redirects are followed by the same rules",
        arguments: [
            "http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/", "http://inside.example/",
            "file:///etc/passwd", "//127.0.0.1/", "http://2130706433/", "http://user@media.example/", "relative.png",
            "\\\\x",
        ])
    func redirectsInside(_ location: String) async throws {
        let error = await #expect(throws: TransportError.self) {
            try await Self.fetch { _ in ScriptedServer.Reply(status: 302, headers: ["location": location]) }
        }
        #expect(error?.code == .refusedAddress, "\(String(describing: error))")
    }

    @Test("A redirect on the same host is followed, an endless one is not")
    func redirects() async throws {
        let source = try await Self.fetch("/old") { request in
            request.path == "/old"
                ? ScriptedServer.Reply(status: 301, headers: ["location": "/new"])
                : ScriptedServer.Reply(pieces: [Self.png])
        }
        #expect(source == .data(Self.png, mediaType: "image/png"))
        let error = await #expect(throws: TransportError.self) {
            try await Self.fetch { _ in ScriptedServer.Reply(status: 301, headers: ["location": "/again"]) }
        }
        #expect(error?.code == .refusedAddress)
    }

    @Test("A host is looked up once, so that its address cannot change after it was checked")
    func rebinding() async throws {
        try await ScriptedServer.run({ _ in ScriptedServer.Reply(pieces: [Self.png]) }) { server in
            let resolver = Turncoat()
            let port = server.url.split(separator: ":").last ?? ""
            // The first answer is refused; the second would be let through, were it asked for.
            let error = await #expect(throws: TransportError.self) {
                try await MediaFetcher(resolver: resolver).fetch("http://media.example:\(port)/")
            }
            #expect(error?.code == .refusedAddress && resolver.questions == 1 && server.requests.isEmpty)
        }
    }

    @Test("What is too large, too slow, compressed, broken or no media is an error that repeats nothing of it")
    func badAnswers() async throws {
        let secret = Array("root:x:0:0".utf8)
        let cases: [(ScriptedServer.Reply, TransportError.Code)] = [
            (ScriptedServer.Reply(pieces: Array(repeating: Self.png, count: 200)), .tooLarge),
            (ScriptedServer.Reply(pieces: [Self.png], end: .silence), .timedOut),
            (ScriptedServer.Reply(headers: ["content-encoding": "gzip"], pieces: [Self.png]), .unsupportedMedia),
            (ScriptedServer.Reply(pieces: [Self.png], end: .cutOff), .interrupted),
            (ScriptedServer.Reply(pieces: [secret]), .unsupportedMedia), (ScriptedServer.Reply(), .unsupportedMedia),
            (ScriptedServer.Reply(status: 404, pieces: [secret]), .badStatus),
        ]
        for (reply, code) in cases {
            let error = await #expect(throws: TransportError.self) {
                try await Self.fetch(
                    "/",
                    {
                        $0.maximumBytes = 1000
                        $0.timeLimit = reply.end == .silence ? .milliseconds(200) : .seconds(600)
                    }
                ) { _ in reply }
            }
            #expect(error?.code == code, "\(String(describing: error))")
            #expect(error?.description.contains("root:") == false)
        }
    }

    @Test(
        "Images and recordings are known by their first bytes",
        arguments: [
            ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"), (Array("GIF89a..".utf8), "image/gif"),
            (Array("RIFF....WEBPVP8 ".utf8), "image/webp"), (Array("RIFF....WAVEfmt ".utf8), "audio/wav"),
            (Array("fLaC".utf8), "audio/flac"), (Array("OggS".utf8), "audio/ogg"),
            (Array("ID3\u{3}".utf8), "audio/mpeg"),
        ] as [([UInt8], String)])
    func types(bytes: [UInt8], type: String) async throws {
        #expect(try await Self.fetch { _ in ScriptedServer.Reply(pieces: [bytes]) } == .data(bytes, mediaType: type))
    }
}

/// Every host is this machine.
private struct Hosts: NameResolver {
    func addresses(of host: String) async throws -> [IPAddress] { [try #require(IPAddress("127.0.0.1"))] }
}

/// Gives another answer each time: first one inside, then one outside.
private final class Turncoat: NameResolver {
    private let count = Mutex(0)
    var questions: Int { self.count.withLock { $0 } }

    func addresses(of host: String) async throws -> [IPAddress] {
        let number = self.count.withLock { count in
            count += 1
            return count
        }
        return [try #require(IPAddress(number == 1 ? "10.0.0.1" : "8.8.8.8"))]
    }
}
