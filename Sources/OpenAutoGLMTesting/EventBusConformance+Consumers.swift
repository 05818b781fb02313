// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

/// Rules of durable consumers.
extension EventBusConformance {
    var consumerChecks: [(String, @Sendable (Subject) async throws -> String?)] {
        [
            ("consumers: going on", Self.checkGoingOn), ("consumers: redelivery", Self.checkRedelivery),
            ("consumers: deliveries", Self.checkMaximum), ("consumers: giving back", Self.checkGivingBack),
            ("consumers: extending", Self.checkExtending), ("consumers: sharing", Self.checkSharing),
            ("consumers: waiting", Self.checkWaiting), ("consumers: beginning", Self.checkBeginning),
        ]
    }

    private static func consumer(
        _ stream: any EventStream, deadline: Duration = .seconds(30), most: Int? = nil, unacknowledged: Int = 1000
    ) async throws -> any EventConsumer {
        try await stream.consumer(
            EventConsumerConfiguration(
                "reader", acknowledgementDeadline: deadline, maximumDeliveries: most,
                maximumUnacknowledged: unacknowledged))
    }

    /// Takes a number of events, however many come at once.
    private static func take(_ count: Int, from consumer: any EventConsumer) async throws -> [EventDelivery] {
        var taken: [EventDelivery] = []
        while taken.count < count {
            taken += try await consumer.next(count - taken.count, waiting: .seconds(5))
            try Task.checkCancellation()
        }
        return taken
    }

    private static func checkGoingOn(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream()
        _ = try await stream.append(try (1...6).map { try subject.event($0) })
        let first = try await Self.take(4, from: Self.consumer(stream))
        guard first.map(\.stored.sequence) == [1, 2, 3, 4], first.allSatisfy({ $0.deliveries == 1 }),
            first.map(\.event.payload) == [1, 2, 3, 4]
        else { return "first came \(first)" }
        let consumer = try await Self.consumer(stream)
        try await consumer.acknowledge(first)
        let second = try await Self.take(2, from: Self.consumer(stream))
        guard second.map(\.stored.sequence) == [5, 6] else {
            return "who goes on gets \(second.map(\.stored.sequence))"
        }
        do {
            _ = try await Self.consumer(stream, most: 3)
            return "other settings were taken"
        } catch let error as EventError where error.code == .conflictingStream {}
        guard try await stream.removeConsumer("reader"), try await !stream.removeConsumer("reader") else {
            return "removing goes wrong"
        }
        return try await Self.take(1, from: Self.consumer(stream)).first?.stored.sequence == 1
            ? nil : "a new consumer does not begin at the beginning"
    }

    private static func checkRedelivery(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream()
        let consumer = try await Self.consumer(stream, deadline: .milliseconds(500))
        _ = try await stream.append(try (1...2).map { try subject.event($0) })
        let first = try await Self.take(2, from: consumer)
        try await consumer.acknowledge(first[0])
        let second = try await Self.take(1, from: consumer)
        guard second.map(\.stored.sequence) == [2], second[0].deliveries == 2 else {
            return "after the deadline came \(second)"
        }
        try await consumer.acknowledge(second)
        let more = try await consumer.next(1, waiting: .milliseconds(700))
        return more.isEmpty ? nil : "what was acknowledged came again: \(more)"
    }

    private static func checkMaximum(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream()
        let consumer = try await Self.consumer(stream, deadline: .milliseconds(100), most: 2)
        try await stream.append(subject.event(1))
        let counts = try await [Self.take(1, from: consumer)[0].deliveries, Self.take(1, from: consumer)[0].deliveries]
        let more = try await consumer.next(1, waiting: .milliseconds(300))
        return counts == [1, 2] && more.isEmpty ? nil : "the deliveries were \(counts), then \(more)"
    }

    private static func checkGivingBack(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream()
        let consumer = try await Self.consumer(stream)
        try await stream.append(subject.event(1))
        let clock = ContinuousClock()
        let delivery = try await Self.take(1, from: consumer)[0]
        let start = clock.now
        try await consumer.giveBack(delivery, after: .milliseconds(200))
        let again = try await Self.take(1, from: consumer)
        guard again[0].deliveries == 2, clock.now - start >= .milliseconds(150) else {
            return "it came again after \(clock.now - start) as delivery \(again[0].deliveries)"
        }
        try await consumer.discard(again[0])
        let more = try await consumer.next(1, waiting: .milliseconds(100))
        return more.isEmpty ? nil : "what was discarded came again"
    }

    private static func checkExtending(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream()
        let (deadline, clock) = (Duration.seconds(1), ContinuousClock())
        let consumer = try await Self.consumer(stream, deadline: deadline)
        try await stream.append(subject.event(1))
        var (delivery, extensions, start) = (try await Self.take(1, from: consumer)[0], 0, clock.now)
        while extensions < 3 {
            let other = try await consumer.next(1, waiting: .milliseconds(400))
            if let late = other.first {
                guard clock.now - start >= deadline else { return "an extended delivery came again" }
                // A machine that is too busy to extend in time says nothing of the bus.
                (delivery, extensions) = (late, 0)
            } else {
                extensions += 1
            }
            start = clock.now
            try await consumer.extend(delivery)
        }
        return nil
    }

    private static func checkSharing(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream()
        let readers = [try await Self.consumer(stream), try await Self.consumer(stream)]
        _ = try await stream.append(try (1...100).map { try subject.event($0) })
        let found = try await withThrowingTaskGroup(of: [Int].self) { group in
            for reader in readers {
                group.addTask {
                    var sequences: [Int] = []
                    while case let taken = try await reader.next(7, waiting: .seconds(2)), !taken.isEmpty {
                        try await reader.acknowledge(taken)
                        sequences += taken.map(\.stored.sequence)
                    }
                    return sequences
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return found.sorted() == Array(1...100) ? nil : "two readers got \(found.count) of 100 events"
    }

    private static func checkWaiting(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream()
        let consumer = try await Self.consumer(stream, unacknowledged: 2)
        guard try await consumer.next(5, waiting: .milliseconds(20)).isEmpty else {
            return "an empty stream has events"
        }
        async let waiting = consumer.next(5, waiting: .seconds(120))
        _ = try await stream.append(try (1...4).map { try subject.event($0) })
        var taken = try await waiting
        if taken.count == 1 { taken += try await consumer.next(5, waiting: .seconds(5)) }
        guard taken.map(\.stored.sequence) == [1, 2] else { return "2 may wait for their acknowledgement: \(taken)" }
        guard try await consumer.next(5, waiting: .milliseconds(50)).isEmpty else { return "a third came" }
        try await consumer.acknowledge(taken)
        return try await Self.take(2, from: consumer).map(\.stored.sequence) == [3, 4] ? nil : "the rest did not come"
    }

    private static func checkBeginning(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream()
        _ = try await stream.append(try (1...3).map { try subject.event($0, $0 == 2 ? "a.b" : "a") })
        let late = try await stream.consumer(EventConsumerConfiguration("late", start: .next))
        let third = try await stream.consumer(EventConsumerConfiguration("third", start: .sequence(3)))
        let some = try await stream.consumer(EventConsumerConfiguration("some", pattern: subject.pattern("a.*")))
        try await stream.append(subject.event(4))
        let found = [
            try await Self.take(1, from: late)[0].stored.sequence,
            try await Self.take(1, from: third)[0].stored.sequence,
            try await Self.take(1, from: some)[0].stored.sequence,
        ]
        return found == [4, 3, 2] ? nil : "they begin with \(found), not [4, 3, 2]"
    }
}
