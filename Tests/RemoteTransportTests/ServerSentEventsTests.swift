// SPDX-License-Identifier: Apache-2.0

import LLMCore
import RemoteTransport
import Testing

@Suite("Server-sent events")
struct ServerSentEventsTests {
    /// A stream and its events.
    struct Case: Sendable, CustomStringConvertible {
        let stream: String
        let events: [ServerSentEvent]

        init(_ stream: String, _ events: ServerSentEvent...) {
            self.stream = stream
            self.events = events
        }

        var description: String { self.stream.debugDescription }
    }

    private static func event(_ data: String, _ type: String = "message", id: String = "") -> ServerSentEvent {
        ServerSentEvent(type: type, data: Array(data.utf8), id: id)
    }

    static let cases = [
        Case("data: a\n\n", event("a")), Case("data:a\r\rdata: b\r\r", event("a"), event("b")),
        Case("data: a\r\n\r\ndata: b\r\n\r\n", event("a"), event("b")),
        Case("data: YHOO\ndata: +2\ndata: 10\n\n", event("YHOO\n+2\n10")),
        Case(
            ": comment\n\ndata: one\nid: 1\n\ndata:two\nid\n\ndata:  three\n\n",
            event("one", id: "1"), event("two"), event(" three")),
        Case("data\n\ndata\ndata\n\ndata:", event(""), event("\n")),
        Case("event: ping\ndata: {}\n\ndata: x\n\n", event("{}", "ping"), event("x")),
        Case("event: lost\n\ndata: x\n\n", event("x")),
        Case("\u{FEFF}data: bom\n\n\u{FEFF}data: none\n\n", event("bom")),
        Case("id: 7\ndata: a\n\nid: a\u{0}b\ndata: b\n\n", event("a", id: "7"), event("b", id: "7")),
        Case("data: ünï😀\r\n\r\n", event("ünï😀")), Case("nonsense\nfoo: bar\nDATA: x\ndata: a:b\n\n", event("a:b")),
        Case("data: a\n\r\ndata: b\r\r\n", event("a"), event("b")), Case("data: not ended\n"), Case(""),
        Case("retry: 3000\ndata: a\nretry: x1\n\n", event("a")),
    ]

    @Test("Streams are read by the standard, wherever their pieces end", arguments: Self.cases)
    func reads(item: Case) throws {
        let bytes = Array(item.stream.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var parser = ServerSentEvents()
                var events: [ServerSentEvent] = []
                for piece in [bytes[..<first], bytes[first..<second], bytes[second...]] {
                    try Array(piece).withUnsafeBytes { try parser.feed($0) { events.append($0) } }
                }
                #expect(events == item.events, "pieces end at \(first) and \(second)")
            }
        }
    }

    @Test("The time to wait before connecting again is kept")
    func reconnection() throws {
        var parser = ServerSentEvents()
        try Array("retry: 3000\nretry: soon\ndata: a\n\n".utf8).withUnsafeBytes { try parser.feed($0) { _ in } }
        #expect(parser.reconnectionTime == 3000)
    }

    @Test("What grows without end is refused", arguments: ["data: ", "data: 1\n", "event: "])
    func limits(repeated: String) {
        let error = #expect(throws: TransportError.self) {
            var parser = ServerSentEvents(maximumSize: 1000)
            for _ in 0..<2000 { try Array(repeated.utf8).withUnsafeBytes { try parser.feed($0) { _ in } } }
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("Damaged streams never do worse than throw, and pieces make no difference")
    func fuzz() throws {
        var random = SplitMix(seed: 11)
        let seeds = Self.cases.map { Array($0.stream.utf8) }
        for _ in 0..<5000 {
            var bytes = seeds[random.below(seeds.count)] + seeds[random.below(seeds.count)]
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[random.below(bytes.count)] = random.pick([
                    0x0A, 0x0D, 0x3A, 0x20, 0x00, 0xFF, UInt8(random.below(256)),
                ])
            }
            var (whole, pieces) = ([ServerSentEvent](), [ServerSentEvent]())
            var parser = ServerSentEvents()
            try bytes.withUnsafeBytes { try parser.feed($0) { whole.append($0) } }
            parser = ServerSentEvents()
            for byte in bytes { try [byte].withUnsafeBytes { try parser.feed($0) { pieces.append($0) } } }
            #expect(whole == pieces)
        }
    }
}

/// Numbers that are the same in every run.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func below(_ bound: Int) -> Int {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (self.state ^ (self.state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[self.below(elements.count)] }
}
