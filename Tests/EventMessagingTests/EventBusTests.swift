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

private struct InvoiceRead: TypedEvent {
    static let subject = "invoices.read"
    static let schemaVersion = 2
    var cents: Int
    var payload: JSONValue { ["cents": .integer(self.cents)] }

    init(cents: Int) { self.cents = cents }

    init(payload: JSONValue) throws {
        guard let cents = payload["cents"]?.integerValue else {
            throw EventError(.unreadablePayload, "The event has no cents.")
        }
        self.cents = cents
    }

    static func upgrade(_ payload: JSONValue, from version: Int) throws -> JSONValue {
        guard version == 1, let euros = payload["euros"]?.integerValue else {
            throw EventError(
                .unsupportedSchemaVersion, "This is version \(version), and this program reads \(Self.schemaVersion).")
        }
        return ["cents": .integer(100 * euros)]
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

    @Test("An older version of a typed event is upgraded, a newer one is refused in words")
    func versions() async throws {
        let bus = InProcessEventBus()
        var events = try await bus.subscribe(to: InvoiceRead.self).makeAsyncIterator()
        try await bus.publish(InvoiceRead(cents: 250), id: "1")
        let subject = try EventSubject(InvoiceRead.subject)
        try await bus.publish(Event(id: "2", subject: subject, payload: ["euros": 3], schemaVersion: 1))
        try await bus.publish(Event(id: "3", subject: subject, payload: ["pence": 3], schemaVersion: 3))
        #expect(try await events.next()?.cents == 250)
        #expect(try await events.next()?.cents == 300)
        let error = await #expect(throws: EventError.self) { try await events.next() }
        #expect(error?.code == .unsupportedSchemaVersion)
        #expect(error?.message.contains("version 3") == true && error?.message.contains("reads 2") == true)
        #expect(throws: EventError.self) {
            try DocumentRead(Event(id: "4", subject: EventSubject("documents.read"), payload: nil, schemaVersion: 2))
        }
    }

    @Test(
        "Headers that would break a protocol are refused",
        arguments: [
            ("", "a"), ("a b", "a"), ("a:", "a"), ("a\r\nb", "a"), ("a", "b\r\nc"), ("a", "b\u{0}"),
            ("Nats-Msg-Id", "1"), ("Event-Id", "1"), ("ä", "a"), ("a", String(repeating: "x", count: 8193)),
            (String(repeating: "x", count: 129), "a"),
        ])
    func headers(name: String, value: String) throws {
        var headers = try EventHeaders(["traceparent": "00-1"])
        #expect(throws: EventError.self) { try headers.set(name, to: value) }
        try headers.set("traceparent", to: "00-2")
        #expect(headers.trace == "00-2" && headers.pairs.count == 1)
        for number in 1...63 { try headers.set("h\(number)", to: "") }
        #expect(throws: EventError.self) { try headers.set("h64", to: "") }
    }
}
