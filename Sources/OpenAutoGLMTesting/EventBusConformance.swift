// SPDX-License-Identifier: Apache-2.0

public import EventMessaging
internal import LLMCore

/// What every ``EventBus`` must do, as checks that any bus's tests can run.
///
/// ```swift
/// #expect(await EventBusConformance(makeBus: { InProcessEventBus() }).failures() == [])
/// ```
public struct EventBusConformance: Sendable {
    /// A bus with subjects and names that no other check uses, also where all checks share a broker.
    struct Subject: Sendable {
        let bus: any EventBus
        let name: String

        func subject(_ words: String) throws -> EventSubject { try EventSubject("\(self.name).\(words)") }

        func pattern(_ words: String) throws -> EventPattern { try EventPattern("\(self.name).\(words)") }

        func event(_ id: Int, _ words: String = "a", payload: JSONValue? = nil) throws -> Event {
            Event(id: "\(self.name)-\(id)", subject: try self.subject(words), payload: payload ?? .integer(id))
        }

        /// Publishes events with the numbers as payloads.
        func publish(_ numbers: some Sequence<Int>, _ words: String = "a") async throws {
            for number in numbers { try await self.bus.publish(self.event(number, words)) }
        }

        /// A stream of everything under these words.
        func stream(
            _ words: String = "a", count: Int? = nil, age: Duration? = nil, window: Duration = .seconds(60)
        ) async throws -> any EventStream {
            try await self.bus.stream(
                EventStreamConfiguration(
                    self.name, subjects: [self.pattern("\(words).>"), self.pattern(words)], maximumCount: count,
                    maximumAge: age, duplicateWindow: window))
        }
    }

    /// How long a check may take.
    private let patience: Duration
    private let makeBus: @Sendable () async throws -> any EventBus

    /// Prepares the checks.
    ///
    /// - Parameters:
    ///   - patience: How long a check may take, which waits for what must come.
    ///   - makeBus: Makes a bus; those of a broker may share it.
    public init(patience: Duration = .seconds(300), makeBus: @escaping @Sendable () async throws -> any EventBus) {
        self.patience = patience
        self.makeBus = makeBus
    }

    /// Runs all checks.
    ///
    /// - Returns: A sentence for each rule that the bus breaks; empty if it keeps them all.
    public func failures() async -> [String] {
        let checks: [(String, @Sendable (Subject) async throws -> String?)] =
            self.deliveryChecks + self.bufferChecks + self.questionChecks + self.streamChecks + self.consumerChecks
            + self.byteChecks
        return await ConformanceChecks(
            checks.map { name, check in (name, { try await Self.closing($0, self.patience, check) }) },
            of: {
                let name = "check-\(UInt64.random(in: 0 ... .max))"
                return Subject(bus: try await self.makeBus(), name: name)
            }
        ).failures()
    }

    /// Ends a check that waits for ever, and closes the bus after it.
    private static func closing(
        _ subject: Subject, _ patience: Duration, _ check: @escaping @Sendable (Subject) async throws -> String?
    ) async throws -> String? {
        let outcome: Result<String??, any Error>
        do {
            let clock = ContinuousClock()
            outcome = .success(
                try await race(against: { try await clock.sleep(for: patience) }) { try await check(subject) })
        } catch { outcome = .failure(error) }
        _ = try? await subject.bus.removeStream(subject.name)
        await subject.bus.close()
        guard let finding = try outcome.get() else { return "it did not end within \(patience)" }
        return finding
    }

    // MARK: - Delivery

    private var deliveryChecks: [(String, @Sendable (Subject) async throws -> String?)] {
        [
            ("delivery", Self.checkDelivery), ("wildcards", Self.checkWildcards), ("groups", Self.checkGroups),
            ("contents", Self.checkContents), ("cancellation", Self.checkCancellation), ("closing", Self.checkClosing),
        ]
    }

    private static func checkDelivery(_ subject: Subject) async throws -> String? {
        try await subject.publish([0])
        try await subject.bus.flush()
        var events = try await subject.bus.subscribe(subject.pattern("a"), buffer: 500).makeAsyncIterator()
        try await subject.publish(1...300)
        for number in 1...300 {
            let event = try await events.next()
            guard try event == subject.event(number) else {
                return "event \(number) came as \(String(describing: event))"
            }
        }
        return nil
    }

    private static func checkWildcards(_ subject: Subject) async throws -> String? {
        var everything = try await subject.bus.subscribe(subject.pattern(">"), buffer: 9).makeAsyncIterator()
        var some = try await subject.bus.subscribe(subject.pattern("*.c"), buffer: 9).makeAsyncIterator()
        for (number, words) in ["a", "a.c", "b.c.d", "b.c"].enumerated() { try await subject.publish([number], words) }
        for number in 0..<4 {
            let payload = try await everything.next()?.payload
            guard payload == .integer(number) else { return "'>' got \(String(describing: payload)), not \(number)" }
        }
        let found = [try await some.next()?.payload, try await some.next()?.payload]
        return found == [.integer(1), .integer(3)] ? nil : "'*.c' got \(found)"
    }

    private static func checkGroups(_ subject: Subject) async throws -> String? {
        let options = SubscriptionOptions(buffer: 500, group: "workers")
        let members = [
            try await subject.bus.subscribe(subject.pattern(">"), options),
            try await subject.bus.subscribe(subject.pattern(">"), options),
        ]
        var other = try await subject.bus.subscribe(subject.pattern("a"), buffer: 500).makeAsyncIterator()
        try await subject.publish(1...200)
        for number in 1...200 where try await other.next()?.payload != .integer(number) {
            return "who is in no group missed an event"
        }
        try await subject.bus.flush()
        await subject.bus.close()
        var counts: [Int] = []
        var payloads: Set<JSONValue> = []
        for member in members {
            var count = 0
            for try await event in member {
                payloads.insert(event.payload)
                count += 1
            }
            counts.append(count)
        }
        guard counts.reduce(0, +) == 200, payloads.count == 200 else {
            return "a group of two got \(counts) of 200 events, \(payloads.count) different ones"
        }
        return counts.contains(0) ? "one of a group got everything" : nil
    }

    private static func checkContents(_ subject: Subject) async throws -> String? {
        var events = try await subject.bus.subscribe(subject.pattern(">"), buffer: 99).makeAsyncIterator()
        let payloads: [JSONValue] = [
            nil, true, -1, .integer(.max), 0.1, "", "ä\u{0}\"\n漢字", ["a": [1, [:], "b"], "b": nil], [],
            .string(String(repeating: "x", count: 100_000)),
        ]
        for (number, payload) in payloads.enumerated() {
            var event = try subject.event(number, "a.b-c_1", payload: payload)
            event.schemaVersion = number + 1
            try event.headers.set("traceparent", to: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            try event.headers.set("x-Other", to: "two words, ä")
            try await subject.bus.publish(event)
            let found = try await events.next()
            guard found == event else { return "\(event) came as \(String(describing: found))" }
        }
        return nil
    }

    private static func checkCancellation(_ subject: Subject) async throws -> String? {
        let events = try await subject.bus.subscribe(subject.pattern(">"), buffer: 9)
        let ended = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do { for try await _ in events {} } catch { return false }
                return true
            }
            group.cancelAll()
            return await group.next() ?? false
        }
        try await subject.publish([1])
        return ended ? nil : "a cancelled reader got an error"
    }

    private static func checkClosing(_ subject: Subject) async throws -> String? {
        let events = try await subject.bus.subscribe(subject.pattern(">"), buffer: 500)
        try await subject.publish(1...100)
        try await subject.bus.flush()
        await subject.bus.close()
        await subject.bus.close()
        var count = 0
        for try await _ in events { count += 1 }
        guard count == 100 else { return "\(count) of 100 events came before the end" }
        do {
            try await subject.publish([2])
            return "a closed bus takes events"
        } catch let error as EventError where error.code == .closed { return nil }
    }
}
