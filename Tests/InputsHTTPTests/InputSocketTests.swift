// SPDX-License-Identifier: Apache-2.0

import InputsHTTP
import LLMCore
import Logging
import MultimodalInputs
import ServiceLifecycle
import Testing
import WebSocketServing

@Suite("Inputs over WebSocket", .timeLimit(.minutes(5)))
struct InputSocketTests {
    private typealias Client = SocketClient

    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private static func patient() throws -> InputOrderSettings { try InputOrderSettings(watermark: .seconds(3_600)) }

    @Test("Media, texts, events in JSON and fragments come into the queue with their sources and times")
    func taken() async throws {
        let events = try await ServedInputs.run(Self.patient()) { port, _ in
            try await Client.run(port, "?source=door%20one&modality=image&replies=true") { client in
                #expect(client.status == 101 && client.head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
                try await client.send(#"{"timestamp_ns": 3000}"#)
                try await client.send(.binary, Self.png)
                let reply = try await JSONValue(parsing: client.frame()?.payload ?? [])
                #expect(reply["modality"] == "image" && reply["source"] == "door one" && reply["dropped"] == false)
                try await client.send(#"{"text": "hi", "source": "chat", "timestamp_ns": 1000}"#)
                try await client.send(#"{"source": "other", "modality": "text", "timestamp_ns": 2000}"#)
                try await client.send(.text, Array("sp".utf8), fin: false)
                try await client.send(.ping, Array("there?".utf8))
                try await client.send(.continuation, Array("lit ü".utf8))
                var frames: [(Client.Opcode, [UInt8])] = []
                while frames.count < 3, let frame = try await client.frame() { frames.append(frame) }
                #expect(frames.contains { $0.0 == .pong && $0.1 == Array("there?".utf8) })
                try await client.send(.close, [0x03, 0xE8])
                #expect(try await client.closing()?.code == 1000)
            }
        }
        #expect(events.map(\.timestamp) == [1_000, 2_000, 3_000])
        #expect(events.map(\.source) == ["chat", "other", "door one"])
        #expect(events[0].payload == .text("hi") && events[1].payload == .text("split ü"))
        #expect(events.last?.modality == .image)
    }

    @Test("Who is not let in gets a reply of HTTP that says why")
    func refused() async throws {
        let cases: [(query: String, headers: [(String, String)], status: Int)] = [
            ("", [], 401), ("", [("Authorization", "Bearer wrong")], 401),
            ("?modality=smell", [("Authorization", "Bearer secret")], 400),
            ("?source=a%5D", [("Authorization", "Bearer secret")], 400),
            ("?sauce=a", [("Authorization", "Bearer secret")], 400),
            ("?replies=1", [("Authorization", "Bearer secret")], 400),
            ("", [("Authorization", "Bearer secret"), ("Origin", "https://elsewhere.example")], 403),
            ("", [("Authorization", "Bearer secret"), ("Sec-WebSocket-Version", "8")], 426),
            ("", [("Authorization", "Bearer secret"), ("Upgrade", "other")], 426),
        ]
        let events = try await ServedInputs.run(Self.patient(), change: { $0.key = "secret" }) { port, _ in
            for (query, headers, status) in cases {
                try await Client.run(port, query, headers: headers) { client in
                    #expect(client.status == status, "\(query) \(headers): \(client.head)")
                }
            }
            let page = [("Authorization", "Bearer secret"), ("Origin", "http://127.0.0.1:\(port)")]
            try await Client.run(port, headers: page) { #expect($0.status == 101) }
        }
        #expect(events.isEmpty)
    }

    @Test("What is no HTTP is answered, and a request of HTTP after another, too")
    func http() async throws {
        _ = try await ServedInputs.run(Self.patient()) { port, _ in
            try await Client.run(port, " HTTP/1.1\r\nno header\r\n\r\n") { #expect($0.status == 400) }
            // Whatever asks for another upgrade is answered, and ended.
            try await Client.run(port, headers: [("Upgrade", "h2c")]) { client in
                #expect(client.status == 426 && client.head.contains("ebsocket"))
                try await client.waitForEnd()
            }
            try await Client.run(port, headers: [("Upgrade", ""), ("Connection", "keep-alive")]) { client in
                #expect(client.status == 426)
                try await client.send(Array("POST /v1/inputs HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi".utf8))
                #expect(try await client.nextHead().contains(" 202 "))
            }
        }
    }

    @Test("There are only so many places, and who leaves makes room")
    func places() async throws {
        _ = try await ServedInputs.run(Self.patient(), change: { $0.sockets = 1 }) { port, _ in
            try await Client.run(port) { first in
                #expect(first.status == 101)
                try await Client.run(port) { #expect($0.status == 503) }
                try await first.send(.close, [])
                while try await first.frame() != nil {}
            }
            // The place is free when the server has seen the end.
            var status = 503
            while status == 503 { try await Client.run(port) { status = $0.status } }
            #expect(status == 101)
        }
    }

    /// What a hostile client sends, and the code that answers it.
    private static let hostile: [(name: String, bytes: [UInt8], code: Int)] = [
        ("a frame without mask", Client.frame(1, [97], isMasked: false), 1002),
        ("a reserved bit", Client.frame(1, [97], reserved: 4), 1002),
        ("an unknown opcode", Client.frame(3, [97]), 1002),
        ("an unknown opcode of control frames", Client.frame(11, []), 1002),
        ("a continuation of nothing", Client.frame(0, [97]), 1002),
        ("a text inside a text", Client.frame(1, [97], fin: false) + Client.frame(1, [97]), 1002),
        ("a ping in fragments", Client.frame(9, [97], fin: false), 1002),
        ("a long ping", Client.frame(9, [UInt8](repeating: 97, count: 126)), 1002),
        ("the head of a frame that is too long", [0x82, 0xFE, 0x07, 0xD0, 1, 2, 3, 4], 1009),
        ("a length of 2^63", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4], 1009),
        (
            "fragments that are too much",
            Client.frame(2, [UInt8](repeating: 97, count: 600), fin: false)
                + Client.frame(0, [UInt8](repeating: 97, count: 600)), 1009
        ),
        (
            "a flood of fragments",
            Client.frame(2, [], fin: false)
                + Array([[UInt8]](repeating: Client.frame(0, [], fin: false), count: 8).joined()),
            1008
        ),
        ("a text that is not UTF-8", Client.frame(1, [0x61, 0xFF]), 1007),
        ("a text that is cut off", Client.frame(1, [0xC3]), 1007),
        ("a close frame of one byte", Client.frame(8, [3]), 1002),
        ("a code that may not be sent", Client.frame(8, [0x03, 0xED]), 1002),
        ("a reason that is not UTF-8", Client.frame(8, [0x03, 0xE8, 0xFF]), 1007),
        ("bytes of no known kind", Client.frame(2, [0xFF, 0x00]), 1003), ("no bytes", Client.frame(2, []), 1007),
        ("broken JSON", Client.frame(1, Array("{".utf8)), 1007),
        ("an unknown key", Client.frame(1, Array(#"{"txt": "a"}"#.utf8)), 1003),
        ("a path", Client.frame(1, Array(#"{"path": "/etc/passwd"}"#.utf8)), 1003),
        ("a source that looks like a line of a prompt", Client.frame(1, Array(#"{"source": "a]"}"#.utf8)), 1008),
        ("a time to come", Client.frame(1, Array(#"{"text": "a", "timestamp_ns": 9000000000000000000}"#.utf8)), 1008),
    ]

    @Test("What a hostile client sends is answered by the code that says why, and harms no other connection")
    func hostile() async throws {
        let events = try await ServedInputs.run(
            Self.patient(), change: { $0.socketLimits.fragments = 8 }
        ) { port, _ in
            try await Client.run(port, "?replies=true") { good in
                for (name, bytes, code) in Self.hostile {
                    try await Client.run(port) { client in
                        try await client.send(bytes)
                        let closing = try await client.closing()
                        #expect(closing?.code == code, "\(name): \(String(describing: closing))")
                    }
                    try await good.send(name)
                    #expect(try await good.frame()?.opcode == .text)
                }
            }
        }
        #expect(events.map(\.payload) == Self.hostile.map { .text($0.name) })
    }

    @Test(
        "Half a frame and then silence, and nothing at all, are asked for a sign of life, and ended",
        arguments: [[0x82, 0x85, 1, 2, 3, 4, 97], []])
    func silent(bytes: [UInt8]) async throws {
        _ = try await ServedInputs.run(
            Self.patient(),
            change: { ($0.socketLimits.silence, $0.socketLimits.closing) = (.milliseconds(100), .seconds(60)) }
        ) { port, _ in
            try await Client.run(port) { client in
                try await client.send(bytes)
                #expect(try await client.frame()?.opcode == .ping)
                #expect(try await client.closing()?.code == 1008)
            }
        }
    }

    @Test("A message that never ends is ended, however lively its client is")
    func slow() async throws {
        _ = try await ServedInputs.run(
            Self.patient(),
            change: { uploads in
                uploads.socketLimits.silence = .milliseconds(100)
                uploads.socketLimits.messageTime = .milliseconds(200)
                // However long the client takes to read why.
                uploads.socketLimits.closing = .seconds(60)
            }
        ) { port, _ in
            try await Client.run(port) { client in
                try await client.send(.text, [97], fin: false)
                var closing: [UInt8]?
                while closing == nil {
                    try await client.send(.ping, [])
                    guard let (opcode, payload) = try await client.frame() else { break }
                    if opcode == .close { closing = payload }
                }
                #expect(closing?.prefix(2) == [0x03, 0xF0])
            }
        }
    }

    @Test("A queue that refuses says to come again, and late events are told")
    func policies() async throws {
        let cases: [(full: InputOrderSettings.FullPolicy, times: [Int], code: Int)] = [
            (.refuse, [1, 2], 1013), (.wait, [2, 1], 1008),
        ]
        for (full, times, code) in cases {
            let settings = try InputOrderSettings(
                capacity: full == .refuse ? 1 : 9, watermark: .zero, whenFull: full, whenLate: .fail)
            let events = try await ServedInputs.run(settings) { port, _ in
                try await Client.run(port) { client in
                    for time in times { try await client.send(#"{"text": "a", "timestamp_ns": \#(time)}"#) }
                    #expect(try await client.closing()?.code == code)
                }
            }
            #expect(events.count == 1)
        }
    }

    @Test("A full queue makes a client wait, and nothing is lost")
    func pressure() async throws {
        let settings = try InputOrderSettings(capacity: 2, watermark: .seconds(3_600))
        let texts = (0..<200).map { "\($0)" }
        _ = try await ServedInputs.run(settings) { port, queue in
            async let sent: Void = Client.run(port, "?replies=true") { client in
                for text in texts { try await client.send(text) }
                for _ in texts { _ = try await client.frame() }
            }
            var found: [InputPayload] = []
            // The last one waits for its time, since nothing follows that needs its place.
            while found.count < texts.count - 1, let event = await queue.next() {
                found.append(event.payload)
                #expect(queue.statistics.waiting <= 2)
            }
            try await sent
            queue.finish()
            while let event = await queue.next() { found.append(event.payload) }
            #expect(found == texts.map { .text($0) })
        }
    }

    @Test("A server that ends says so")
    func ending() async throws {
        let (ports, listening) = AsyncStream<Int>.makeStream()
        var uploads = InputUploads(InputQueue(try Self.patient()), logger: Logger(label: "test"))
        uploads.onListening = { listening.yield($0) }
        let group = ServiceGroup(services: [uploads], logger: Logger(label: "test"))
        async let running: Void = group.run()
        for await port in ports {
            try await Client.run(port) { client in
                await group.triggerGracefulShutdown()
                let closing = try await client.closing()
                #expect(closing?.code == 1001)
            }
            break
        }
        try await running
    }
}
