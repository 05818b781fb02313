// SPDX-License-Identifier: Apache-2.0

import EventMessaging
import LLMCore
import Testing

private struct DocumentRead: TypedEvent, Equatable {
    static let subject = "documents.read"
    var name: String
    var payload: JSONValue { ["name": .string(self.name)] }

    init(name: String) { self.name = name }

    init(payload: JSONValue) throws {
        guard let name = payload["name"]?.stringValue else {
            throw EventError(.unreadablePayload, "The event has no name.")
        }
        self.name = name
    }
}

@Suite("Events inside a process")
struct EventBusTests {
    static func event(_ id: Int, _ subject: String = "a.b") throws -> Event {
        Event(id: "\(id)", subject: try EventSubject(subject), payload: .integer(id))
    }

    @Test(
        "Patterns choose subjects",
        arguments: [
            ("a.b", "a.b", true), ("a.b", "a.c", false), ("a.*", "a.b", true), ("a.*", "a.b.c", false),
            ("*.b", "a.b", true), ("a.>", "a.b.c", true), ("a.>", "a", false), (">", "a.b", true), ("a", "a.b", false),
        ])
    func patterns(pattern: String, subject: String, matches: Bool) throws {
        #expect(try EventPattern(pattern).matches(EventSubject(subject)) == matches)
    }

    @Test(
        "What is no subject is refused",
        arguments: ["", ".", "a..b", "a b", "a.*", ">", "a.>.b", String(repeating: "a", count: 256)])
    func invalid(text: String) {
        #expect(throws: EventError.self) { try EventSubject(text) }
        if text == "a.>.b" { #expect(throws: EventError.self) { try EventPattern(text) } }
    }

    @Test("Subscribers get what they asked for, in order, from then on")
    func delivery() async throws {
        let bus = InProcessEventBus()
        try await bus.publish(Self.event(0))
        var all = try await bus.subscribe(EventPattern(">"), buffer: 9).makeAsyncIterator()
        var some = try await bus.subscribe(EventPattern("a.c"), buffer: 9).makeAsyncIterator()
        for (id, subject) in [(1, "a.b"), (2, "a.c"), (3, "d")] { try await bus.publish(Self.event(id, subject)) }
        for id in 1...3 { #expect(try await all.next()?.id == "\(id)") }
        #expect(try await some.next()?.id == "2")
    }

    @Test("A subscriber that is too slow is told so, and holds nobody up")
    func overrun() async throws {
        let bus = InProcessEventBus()
        var slow = try await bus.subscribe(EventPattern(">"), buffer: 2).makeAsyncIterator()
        for id in 1...4 { try await bus.publish(Self.event(id)) }
        #expect(bus.subscriberCount == 0)
        #expect(try await slow.next()?.id == "1")
        #expect(try await slow.next()?.id == "2")
        await #expect(throws: EventError.self) { try await slow.next() }
    }

    @Test("A dropped or cancelled subscription is forgotten")
    func end() async throws {
        let bus = InProcessEventBus()
        do { _ = try await bus.subscribe(EventPattern(">"), buffer: 1) }
        #expect(bus.subscriberCount == 0)
        let events = try await bus.subscribe(EventPattern(">"), buffer: 1)
        let reader = Task { for try await _ in events {} }
        reader.cancel()
        try await reader.value
        #expect(bus.subscriberCount == 0)
    }

    @Test("Typed events come as values, and what cannot be read as an error")
    func typed() async throws {
        let bus = InProcessEventBus()
        var events = try await bus.subscribe(to: DocumentRead.self, buffer: 4).makeAsyncIterator()
        try await bus.publish(DocumentRead(name: "a.txt"), id: "1")
        try await bus.publish(Event(id: "2", subject: EventSubject(DocumentRead.subject), payload: 3))
        #expect(try await events.next() == DocumentRead(name: "a.txt"))
        await #expect(throws: EventError.self) { try await events.next() }
    }
}
