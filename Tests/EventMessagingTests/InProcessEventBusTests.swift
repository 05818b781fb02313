// SPDX-License-Identifier: Apache-2.0

import EventMessaging
import LLMCore
import OpenAutoGLMTesting
import Synchronization
import Testing

@Suite("The bus inside a process")
struct InProcessEventBusTests {
    @Test("No two patterns share the name of the stream that keeps their events")
    func names() throws {
        let patterns = [
            "x.a_b", "x_a.b", "x.a.b", "x.*", "x.any", "x.>", "x.all", "x-a", "x.\u{E9}", "x.\u{E8}",
            String(repeating: "a", count: 70), String(repeating: "a", count: 71),
        ]
        let streams = try patterns.map { EventStreamConfiguration.keeping(try EventPattern($0)) }
        #expect(Set(streams.map(\.name)).count == patterns.count)
        #expect(streams[2].name == "on-x_a_b")
        for stream in streams { try stream.check() }
    }

    @Test("It keeps the rules of every bus")
    func conformance() async {
        let failures = await EventBusConformance(makeBus: { InProcessEventBus() }).failures()
        #expect(failures == [])
    }

    @Test(
        "The rules find what is wrong with a bus that loses, doubles or mixes up", arguments: BrokenBus.Fault.allCases)
    fileprivate func brokenBuses(fault: BrokenBus.Fault) async {
        let conformance = EventBusConformance(patience: .seconds(1), makeBus: { BrokenBus(fault) })
        #expect(await conformance.failures().contains { $0.hasPrefix("\(fault.rule): ") })
    }

    @Test("What thousands of patterns want is what each says by itself")
    func manyPatterns() async throws {
        let bus = InProcessEventBus()
        var random = SeededGenerator(state: 5)
        let words = ["a", "b", "c", "d"]
        var subscriptions: [(pattern: EventPattern, events: EventSubscription)] = []
        for _ in 0..<2000 {
            var parts = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (words + ["*"]).randomElement(using: &random) ?? "a"
            }
            if Bool.random(using: &random) { parts.append(">") }
            let pattern = try EventPattern(parts.joined(separator: "."))
            subscriptions.append((pattern, try await bus.subscribe(pattern, buffer: 100)))
        }
        // A third goes again, so that branches of the index are removed.
        subscriptions.removeAll { _ in Int.random(in: 0..<3, using: &random) == 0 }
        #expect(bus.subscriberCount == subscriptions.count)
        var sent: [EventSubject] = []
        for id in 0..<100 {
            let parts = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                words.randomElement(using: &random) ?? "a"
            }
            sent.append(try EventSubject(parts.joined(separator: ".")))
            try await bus.publish(Event(id: "\(id)", subject: sent[id], payload: .integer(id)))
        }
        await bus.close()
        for (pattern, events) in subscriptions {
            let found = try await events.reduce(into: []) { $0.append($1.subject) }
            #expect(found == sent.filter(pattern.matches), "\(pattern)")
        }
    }

    @Test("Nothing is lost between several publishers and a reader that is slower", arguments: [1, 3, 64])
    func suspension(buffer: Int) async throws {
        let bus = InProcessEventBus()
        let subject = try EventSubject("a")
        let options = SubscriptionOptions(buffer: buffer, whenFull: .suspend)
        let events = try await bus.subscribe(EventPattern("a"), options)
        let found = try await withThrowingTaskGroup(of: Void.self) { group in
            for publisher in 0..<4 {
                group.addTask {
                    for number in 0..<250 {
                        try await bus.publish(
                            Event(id: "\(publisher)", subject: subject, payload: .integer(number)))
                    }
                }
            }
            var next: [String: Int] = [:]
            for try await event in events.prefix(1_000) {
                // Events of one publisher keep their order.
                #expect(event.payload == .integer(next[event.id, default: 0]))
                next[event.id, default: 0] += 1
            }
            try await group.waitForAll()
            return next
        }
        #expect(found.count == 4 && found.values.allSatisfy { $0 == 250 })
    }

    @Test("Dropping a subscription lets a publisher go on that waits for it")
    func droppedWhileFull() async throws {
        let bus = InProcessEventBus()
        let subject = try EventSubject("a")
        let options = SubscriptionOptions(buffer: 1, whenFull: .suspend)
        var events: EventSubscription? = try await bus.subscribe(EventPattern("a"), options)
        try await bus.publish(Event(id: "1", subject: subject, payload: nil))
        let publisher = Task { try await bus.publish(Event(id: "2", subject: subject, payload: nil)) }
        #expect(events?.droppedCount == 0)
        events = nil
        try await publisher.value
        #expect(bus.subscriberCount == 0)
    }

    @Test("A cancelled reader ends, however many events come")
    func cancelledWhileBusy() async throws {
        let bus = InProcessEventBus()
        let event = Event(id: "1", subject: try EventSubject("a"), payload: nil)
        let events = try await bus.subscribe(EventPattern("a"), buffer: 4)
        try await bus.publish(event)
        let reader = Task {
            var count = 0
            // There is always another event, so that the reader never sleeps.
            for try await event in events.prefix(1000) {
                count += 1
                try await bus.publish(event)
                if count == 10 { withUnsafeCurrentTask { $0?.cancel() } }
            }
            return count
        }
        #expect(try await reader.value < 20)
        #expect(bus.subscriberCount == 0)
    }

    @Test("What is to be done at a subscription's end is done, also where it has ended before")
    func endBeforehand() {
        let buffer = EventBuffer("a", SubscriptionOptions(buffer: 1))
        buffer.end()
        let ends = Mutex(0)
        buffer.onEnd { ends.withLock { $0 += 1 } }
        buffer.end()
        #expect(ends.withLock { $0 } == 1)
    }

    /// What lets a reader that waits go on.
    fileprivate enum Change: CaseIterable {
        case acknowledging
        case discarding
        case givingBack
    }

    @Test(
        "Whoever waits for a consumer's events is woken by what lets one come", .timeLimit(.minutes(5)),
        arguments: Change.allCases)
    fileprivate func waking(change: Change) async throws {
        let subject = try EventSubject("a")
        let bus = InProcessEventBus()
        // Streams last as long as the bus.
        defer { withExtendedLifetime(bus) {} }
        let stream = try await bus.stream(EventStreamConfiguration("s", subjects: [EventPattern("a")]))
        let consumer = try await stream.consumer(EventConsumerConfiguration("c", maximumUnacknowledged: 1))
        _ = try await stream.append((1...2).map { Event(id: "\($0)", subject: subject, payload: nil) })
        let first = try await consumer.next(1, waiting: .zero)[0]
        // It has looked, and found nothing, when this returns.
        let reader = Task.immediate { try await consumer.next(1, waiting: .seconds(3600)) }
        switch change {
        case .acknowledging: try await consumer.acknowledge(first)
        case .discarding: try await consumer.discard(first)
        case .givingBack: try await consumer.giveBack(first, after: .zero)
        }
        #expect(try await reader.value.map(\.event.id) == [change == .givingBack ? "1" : "2"])
    }

    @Test("A group passes over a member that has no room")
    func fullMember() async throws {
        let bus = InProcessEventBus()
        let subject = try EventSubject("a")
        let small = try await bus.subscribe(EventPattern("a"), SubscriptionOptions(buffer: 1, group: "g"))
        let large = try await bus.subscribe(EventPattern("a"), SubscriptionOptions(buffer: 99, group: "g"))
        for id in 1...20 { try await bus.publish(Event(id: "\(id)", subject: subject, payload: nil)) }
        await bus.close()
        let counts = [
            try await small.reduce(0) { count, _ in count + 1 }, try await large.reduce(0) { count, _ in count + 1 },
        ]
        #expect(counts == [1, 19])
    }
}

/// A bus with one fault: it shows that the rules of buses can be broken.
private struct BrokenBus: EventBus {
    enum Fault: CaseIterable {
        case loses
        case doubles
        case forgetsHeaders
        case ignoresGroups

        /// The rule that it breaks.
        var rule: String {
            switch self {
            case .loses, .doubles: "delivery"
            case .forgetsHeaders: "contents"
            case .ignoresGroups: "groups"
            }
        }
    }

    let inner = InProcessEventBus()
    let fault: Fault

    init(_ fault: Fault) { self.fault = fault }

    var suspendsPublishers: Bool { true }

    func publish(_ event: Event) async throws {
        var event = event
        if self.fault == .loses, event.payload == 3 { return }
        if self.fault == .forgetsHeaders { event.headers = EventHeaders() }
        try await self.inner.publish(event)
        if self.fault == .doubles, event.payload == 3 { try await self.inner.publish(event) }
    }

    func subscribe(_ pattern: EventPattern, _ options: SubscriptionOptions) async throws -> EventSubscription {
        var options = options
        try options.check()
        if self.fault == .ignoresGroups { options.group = nil }
        return try await self.inner.subscribe(pattern, options)
    }

    func request(_ event: Event, deadline: Duration) async throws -> Event {
        try await self.inner.request(event, deadline: deadline)
    }

    func stream(_ configuration: EventStreamConfiguration) async throws -> any EventStream {
        try await self.inner.stream(configuration)
    }

    func removeStream(_ name: String) async throws -> Bool { try await self.inner.removeStream(name) }

    func flush() async throws { try await self.inner.flush() }

    func close() async { await self.inner.close() }
}
