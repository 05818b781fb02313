// SPDX-License-Identifier: Apache-2.0

import LLMCore
import MultimodalInputs
import Synchronization
import Testing

@Suite("Routing tables")
struct RoutingTableTests {
    /// Says which options it was made with.
    private struct Echo: InputHandler {
        let options: [String: JSONValue]

        func handle(_ event: InputEvent) async throws -> InputFindings {
            if case .text("bad") = event.payload { throw MultimodalError(.damaged, "It is bad.") }
            return InputFindings(text: "\(options["size"]?.integerValue ?? 0)")
        }
    }

    private static let kinds = [
        TextHandler.kind,
        InputHandlerKind(
            "echo", "Says its options.", takes: [.image, .text],
            options: [
                .init("size", .integer(1...9), "A number."), .init("mode", .choice(["quick", "exact"]), "A choice."),
                .init("loud", .bool, "A truth."), .init("name", .text, "A text."),
            ]
        ) { Echo(options: $0) },
    ]

    private static func table(_ yaml: String) throws -> RoutingTable {
        try RoutingTable(parsing: yaml, file: "t.yaml", kinds: Self.kinds)
    }

    private static func event(_ modality: InputModality, _ source: String, type: String? = nil) -> InputEvent {
        InputEvent(
            modality, type.map { .encoded([1], mediaType: $0) } ?? .text("x"), timestamp: 0, source: source)
    }

    @Test("A table says how events are ordered, put together and routed")
    func whole() async throws {
        let table = try Self.table(
            """
            queue: {capacity: 10, byte_capacity: 1000, watermark: 50ms, when_full: drop-oldest, when_late: fail, clocks: estimated, idle_after: 2s}
            window: {around: text, before: 2s, after: 500ms}
            prompt: {instructions: Describe it., images: false}
            routes:
              - {name: camera, handler: echo, modality: image, media_type: image/*, source: camera/*, options: {size: 3, mode: quick, loud: true, name: a}}
              - {handler: echo, modality: image}
              - handler: parse-text
            """)
        #expect(
            table.order
                == (try InputOrderSettings(
                    capacity: 10, byteCapacity: 1_000, watermark: .milliseconds(50), whenFull: .dropOldest,
                    whenLate: .fail,
                    clocks: .estimated,
                    idleAfter: .seconds(2))))
        #expect(table.windows == .around(.text, before: .seconds(2), after: .milliseconds(500)))
        #expect(table.prompt.instructions == "Describe it." && !table.prompt.passesImages)
        #expect(table.route(for: Self.event(.image, "camera/1", type: "image/png"))?.name == "camera")
        #expect(table.route(for: Self.event(.image, "door", type: "image/png"))?.name == "echo")
        #expect(table.route(for: Self.event(.text, "camera/1"))?.name == "parse-text")
        #expect(table.route(for: Self.event(.audio, "camera/1", type: "audio/wav")) == nil)
        let handled = try await InputRouter(table).handle(Self.event(.image, "camera/1", type: "image/png"))
        #expect(handled?.findings.text == "3" && handled?.route == "camera")
    }

    @Test(
        "What is wrong is told with its line and the nearest name",
        arguments: [
            ("routs: []", "t.yaml:1:1", "'routes'"), ("routes: []", "t.yaml:1", "no route"),
            ("routes:\n  - handler: parse-txt", "t.yaml:2", "'parse-text'"),
            ("routes:\n  - {handler: echo, options: {sise: 3}}", "t.yaml:2", "'size'"),
            ("routes:\n  - {handler: echo, options: {size: 30}}", "t.yaml:2", "1 to 9"),
            ("routes:\n  - {handler: echo, options: {mode: quik}}", "t.yaml:2", "'quick'"),
            ("routes:\n  - {handler: echo, modality: audio}", "t.yaml:2", "image, text"),
            ("routes: [{handler: echo}]\nqueue: {when_full: drop_oldest}", "t.yaml:2", "'drop-oldest'"),
            ("routes: [{handler: echo}]\nqueue: {watermark: 2h}", "t.yaml:2", "hour"),
            ("routes: [{handler: echo}]\nwindow: {before: 1s}", "t.yaml:2", "'around'"),
            ("routes: [{handler: echo}]\nwindow: {length: 1s, around: text}", "t.yaml:2", "not both"),
            ("routes: [{handler: echo}]\nwindow: {length: soon}", "t.yaml:2", "10s"),
        ])
    func wrong(yaml: String, place: String, words: String) {
        let error = #expect(throws: InvalidRoutingTableError.self) { try Self.table(yaml) }
        #expect(
            error?.message.contains(place) == true && error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test(
        "Stars stand for any characters",
        arguments: [
            ("*", "", true), ("*", "abc", true), ("a*", "abc", true), ("a*c", "abc", true), ("a*c", "ac", true),
            ("a*b*c", "aXbYc", true), ("a*b*c", "acb", false), ("abc", "abcd", false), ("a*a", "a", false),
            ("", "", true), ("", "a", false),
            ("*b*", "abc", true), ("a**c", "abc", true),
        ])
    func glob(pattern: String, text: String, matches: Bool) { #expect(GlobPattern(pattern).matches(text) == matches) }

    @Test("A run handles events in order, goes on after one that fails, and gives windows at their ends")
    func run() async throws {
        let table = try Self.table(
            "queue: {watermark: 20s}\nwindow: {length: 10s}\nroutes: [{handler: echo, modality: text}]")
        let queue = InputQueue(table.order)
        for (text, second) in [("b", 2), ("a", 1), ("bad", 3), ("c", 12)] {
            try queue.offer(InputEvent(.text, .text(text), timestamp: Int64(second) * 1_000_000_000, source: "s"))
        }
        try queue.offer(Self.event(.image, "s", type: "image/png"))
        queue.finish()
        let outputs = Outputs()
        try await InputRun(queue, router: InputRouter(table), windows: table.windows).run { await outputs.add($0) }
        #expect(await outputs.texts == ["ignored", "a", "b", "failed", "c", "window 2", "window 1"])
    }

    @Test(
        "An event is settled when no window to come can have it, or at once where no window has it",
        arguments: [
            (
                "length: 10s",
                ["a", "b", "bad", "settled bad", "c", "window 2", "settled a", "settled b", "window 1", "settled c"]
            ),
            (
                "around: text, before: 1s, after: 1s",
                [
                    "a", "b", "window 1", "bad", "settled bad", "c", "window 2", "settled a", "settled b", "window 1",
                    "settled c",
                ]
            ),
        ])
    func settled(window: String, expected: [String]) async throws {
        let table = try Self.table(
            "queue: {watermark: 20s}\nwindow: {\(window)}\nroutes: [{handler: echo, modality: text}]")
        let queue = InputQueue(table.order)
        let log = Mutex<[String]>([])
        for (text, second) in [("a", 1), ("b", 2), ("bad", 3), ("c", 12)] {
            var event = InputEvent(.text, .text(text), timestamp: Int64(second) * 1_000_000_000, source: "s")
            event.receipt = InputReceipt { log.withLock { $0.append("settled \(text)") } }
            try queue.offer(event)
        }
        queue.finish()
        try await InputRun(queue, router: InputRouter(table), windows: table.windows).run { output in
            log.withLock { log in
                switch output {
                case .handled(let input): if case .text(let text) = input.event.payload { log.append(text) }
                case .failed: log.append("bad")
                case .ignored: break
                case .window(let window): log.append("window \(window.inputs.count)")
                }
            }
        }
        #expect(log.withLock { $0 } == expected)
    }

    @Test("What a queue drops is settled", arguments: [("drop-oldest", ["1"]), ("drop-newest", ["2"])])
    func dropped(policy: String, expected: [String]) throws {
        let table = try Self.table("queue: {capacity: 1, when_full: \(policy)}\nroutes: [{handler: echo}]")
        let queue = InputQueue(table.order)
        let log = Mutex<[String]>([])
        for second in 1...2 {
            var event = InputEvent(.text, .text(""), timestamp: Int64(second), source: "s")
            event.receipt = InputReceipt { log.withLock { $0.append("\(second)") } }
            try queue.offer(event)
        }
        #expect(log.withLock { $0 } == expected)
    }
}

/// What came out, in words.
private actor Outputs {
    var texts: [String] = []

    func add(_ output: InputRun.Output) {
        switch output {
        case .handled(let input): if case .text(let text) = input.event.payload { self.texts.append(text) }
        case .failed: self.texts.append("failed")
        case .ignored: self.texts.append("ignored")
        case .window(let window): self.texts.append("window \(window.inputs.count)")
        }
    }
}
