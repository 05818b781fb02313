// SPDX-License-Identifier: Apache-2.0

import EventMessaging
import InputsMessaging
import LLMCore
import MultimodalInputs
import NATSMessaging
import NATSServing
import OpenAutoGLMTesting
import Synchronization
import Testing

@Suite("Inputs from a bus", .timeLimit(.minutes(5)))
struct BusInputsTests {
    private static func pattern() throws -> EventPattern { try EventPattern("room.>") }

    /// A table that does nothing with texts, in windows of a second.
    private static func router() async throws -> InputRouter {
        let kind = InputHandlerKind("keep", "Keeps.", takes: [.text], options: []) { _ in KeepingHandler() }
        return try await InputRouter(RoutingTable(parsing: "routes: [{handler: keep}]", file: "t", kinds: [kind]))
    }

    private static func text(_ text: String, at seconds: Int) -> JSONValue {
        ["text": .string(text), "source": "chat", "timestamp_ns": .integer(seconds * 1_000_000_000)]
    }

    private static func publish(_ texts: [(String, Int)], on bus: any EventBus) async throws {
        let stream = try await bus.stream(.keeping(Self.pattern()))
        for (text, seconds) in texts {
            _ = try await stream.append(
                Event(id: text, subject: EventSubject("room.chat"), payload: Self.text(text, at: seconds)))
        }
    }

    /// Takes inputs until nothing comes any more, or as many texts have come out as are wanted; gives them.
    ///
    /// - Parameter dies: Whether it ends there without a chance to finish anything.
    private static func take(
        _ bus: any EventBus, upTo wanted: Int = .max, dies: Bool = false, deadline: Duration = .seconds(3)
    ) async throws -> [String] {
        let queue = InputQueue(try InputOrderSettings(watermark: .zero))
        let inputs = DurableInputs(try Self.pattern(), of: bus, as: "reader", deadline: deadline)
        try await inputs.prepare()
        let router = try await Self.router()
        let found = Texts()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { queue.finish() }
                    try await inputs.run(into: queue, untilIdle: .seconds(10)) { _, error in throw error }
                }
                group.addTask {
                    defer { inputs.finish() }
                    let run = InputRun(queue, router: router, windows: .tumbling(.seconds(1)))
                    try await run.run { output in
                        guard case .handled(let input) = output, case .text(let text) = input.event.payload else {
                            return
                        }
                        if found.add(text) == wanted, dies { throw Death() }
                    }
                }
                group.addTask { try await inputs.acknowledge() }
                try await group.waitForAll()
            }
        } catch is Death {}
        return found.all
    }

    @Test("What was not finished when a process died comes again to the next one")
    func restarts() async throws {
        let server = try NATSServer()
        let first = try await NATSEventBus.connect(NATSConfiguration(url: server.url))
        // Windows of a second: a and b are of one that is over when c comes; c and d are of one that is not.
        try await Self.publish([("a", 10), ("b", 10), ("c", 12), ("d", 12)], on: first)
        #expect(try await Self.take(first, upTo: 4, dies: true) == ["a", "b", "c", "d"])
        await first.close()
        let second = try await NATSEventBus.connect(NATSConfiguration(url: server.url))
        try await Self.publish([("e", 20)], on: second)
        let found = try await Self.take(second)
        #expect(Set(found).isSuperset(of: ["c", "d", "e"]) && found.count == Set(found).count, "\(found)")
        await second.close()
        let third = try await NATSEventBus.connect(NATSConfiguration(url: server.url))
        #expect(try await Self.take(third).isEmpty)
        await third.close()
    }

    @Test("What is under way for long does not come again")
    func extended() async throws {
        let bus = InProcessEventBus()
        try await Self.publish([("a", 10), ("b", 10)], on: bus)
        // Idle for several times as long as may pass without a sign of life.
        #expect(try await Self.take(bus, deadline: .seconds(2)) == ["a", "b"])
        #expect(try await Self.take(bus, deadline: .seconds(2)).isEmpty)
    }

    @Test("What a queue drops, and what cannot be taken, is finished with")
    func dropped() async throws {
        let bus = InProcessEventBus()
        try await Self.publish((1...6).map { ("\($0)", $0) }, on: bus)
        try await bus.publish(Event(id: "7", subject: EventSubject("room.chat"), payload: ["path": "/etc/passwd"]))
        let queue = InputQueue(
            try InputOrderSettings(capacity: 2, watermark: .seconds(100), whenFull: .dropOldest))
        let inputs = DurableInputs(try Self.pattern(), of: bus, as: "reader", deadline: .seconds(3))
        let failures = Mutex(0)
        async let told: Void = inputs.acknowledge()
        try await inputs.run(into: queue, untilIdle: .seconds(2)) { _, _ in failures.withLock { $0 += 1 } }
        queue.finish()
        let kept = queue.ready(upTo: 9)
        for event in kept { event.receipt?.settle() }
        inputs.finish()
        try await told
        #expect(queue.statistics.fullDropped == 4 && kept.count == 2 && failures.withLock { $0 } == 1)
        #expect(try await Self.take(bus).isEmpty)
    }

    @Test("Bytes that another program publishes come as they are; without a stream only what is told from now on")
    func live() async throws {
        let server = try NATSServer("", hasStreams: false)
        let bus = try await NATSEventBus.connect(NATSConfiguration(url: server.url))
        let queue = InputQueue(try InputOrderSettings(watermark: .seconds(100)))
        let inputs = try await LiveInputs(Self.pattern(), of: bus)
        let subject = try EventSubject("room.door")
        let bytes: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0x00]
        try await bus.publish(
            Event(id: "1", subject: subject, bytes: bytes, headers: EventHeaders(["X-Input-Timestamp": "5"])))
        try await bus.publish(Event(id: "2", subject: subject, payload: ["path": "/etc/passwd"]))
        try await bus.flush()
        let failures = Mutex<[String]>([])
        try await inputs.run(into: queue, untilIdle: .seconds(5)) { subject, _ in
            failures.withLock { $0.append(subject) }
        }
        queue.finish()
        let events = queue.ready(upTo: 9)
        #expect(
            events == [InputEvent(.image, .encoded(bytes, mediaType: "image/jpeg"), timestamp: 5, source: "room.door")])
        #expect(failures.withLock { $0 } == ["room.door"] && inputs.droppedCount == 0)
        await bus.close()
    }

    @Test("What was found is told on a subject for each kind")
    func found() async throws {
        let bus = InProcessEventBus()
        var told = try await bus.subscribe(EventPattern("found.>"), buffer: 9).makeAsyncIterator()
        let found = FoundInputs(under: "found.room", on: bus)
        for kind in FoundInputs.Kind.allCases {
            try await found.tell(kind, ["a": 1])
            let event = try await told.next()
            #expect(event?.subject.description == "found.room.\(kind.rawValue)" && event?.payload == ["a": 1])
        }
    }
}

/// The end of a process.
private struct Death: Error {}

/// What has come out.
private final class Texts: Sendable {
    private let texts = Mutex<[String]>([])

    var all: [String] { self.texts.withLock { $0 } }

    /// Adds a text; gives how many there are.
    func add(_ text: String) -> Int {
        self.texts.withLock { texts in
            texts.append(text)
            return texts.count
        }
    }
}

/// Finds nothing.
private struct KeepingHandler: InputHandler {
    func handle(_ event: InputEvent) async throws -> InputFindings { InputFindings() }
}
