// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore
internal import NATSMessaging
internal import OrderedCollections
internal import Synchronization

/// What the event buses carry, and how fast an event arrives.
struct BusBenchmark {
    /// The events of a measure of rates.
    let messages: Int
    /// The events of a measure of times.
    let samples: Int
    /// A NATS server with JetStream; nil leaves it out.
    let nats: NATSConfiguration?

    private static let subject = "bench.documents.read"

    func rows(runs: Int) async throws -> [BenchmarkRow] {
        let memory: @Sendable () async throws -> any EventBus = { InProcessEventBus() }
        var rows = [
            Self.rate("bus_memory_rate", try await Self.repeated(runs) { try await self.memoryRate() }, self.messages),
            Self.time(
                "bus_memory_p50_us", try await Self.repeated(runs) { try await self.median(memory, rests: false) },
                self.samples, "to a reader that is awake"),
            Self.time(
                "bus_memory_asleep_p50_us",
                try await Self.repeated(runs) { try await self.median(memory, rests: true) }, self.restedSamples,
                "to a reader that sleeps, one event each millisecond"),
        ]
        guard let nats else { return rows }
        let connect: @Sendable () async throws -> any EventBus = { try await NATSEventBus.connect(nats) }
        let count = max(1, self.messages / 10)
        rows += [
            Self.rate("bus_nats_rate", try await Self.repeated(runs) { try await self.natsRate(nats, count) }, count),
            Self.time(
                "bus_nats_p50_us", try await Self.repeated(runs) { try await self.median(connect, rests: false) },
                self.samples, "one way, from one connection to another"),
            Self.time(
                "bus_nats_request_p50_us", try await Self.repeated(runs) { try await self.requests(nats) },
                self.samples, "a question and its answer"),
        ]
        let durable = max(1, self.messages / 50)
        rows.append(
            Self.rate(
                "bus_durable_rate", try await Self.repeated(runs) { try await self.durableRate(nats, durable) }, durable
            ))
        return rows
    }

    private var restedSamples: Int { min(500, self.samples) }

    private static func repeated(_ runs: Int, _ work: () async throws -> Double) async throws -> [Double] {
        _ = try await work()
        var samples: [Double] = []
        for _ in 0..<runs { samples.append(try await work()) }
        return samples
    }

    private static func rate(_ measure: String, _ samples: [Double], _ count: Int) -> BenchmarkRow {
        BenchmarkRow(measure: measure, samples: samples, unit: "messages/s", details: ["messages": .integer(count)])
    }

    private static func time(_ measure: String, _ samples: [Double], _ count: Int, _ what: String) -> BenchmarkRow {
        BenchmarkRow(
            measure: measure, samples: samples, unit: "µs", isLowerBetter: true,
            details: ["events": .integer(count), "measured": .string(what)])
    }

    /// Events that are read and counted while a task publishes them.
    ///
    /// - Returns: How many a second were published and read.
    private static func rate(
        _ events: EventSubscription, _ count: Int, publish: @escaping @Sendable () async throws -> Void
    ) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publish() }
            var read = 0
            for try await _ in events {
                read += 1
                if read == count { break }
            }
            guard read == count else { throw EventError(.overrun, "\(read) of \(count) events came.") }
            try await group.waitForAll()
        }
        return Double(count) / (start.duration(to: clock.now) / .seconds(1))
    }

    // MARK: - Rates

    private func memoryRate() async throws -> Double {
        let bus = InProcessEventBus()
        let count = self.messages
        let options = SubscriptionOptions(buffer: 4096, whenFull: .suspend)
        let events = try await bus.subscribe(EventPattern("bench.*.read"), options)
        let subject = try EventSubject(Self.subject)
        return try await Self.rate(events, count) {
            for number in 0..<count {
                try await bus.publish(Event(id: "1", subject: subject, payload: .integer(number)))
            }
        }
    }

    private func natsRate(_ nats: NATSConfiguration, _ count: Int) async throws -> Double {
        let (publisher, reader) = (try await NATSEventBus.connect(nats), try await NATSEventBus.connect(nats))
        let events = try await reader.subscribe(EventPattern("bench.*.read"), SubscriptionOptions(buffer: count))
        let subject = try EventSubject(Self.subject)
        let rate = try await Self.rate(events, count) {
            for number in 0..<count {
                try await publisher.publish(Event(id: "\(number)", subject: subject, payload: .integer(number)))
            }
        }
        await publisher.close()
        await reader.close()
        return rate
    }

    /// Appended with a receipt, delivered and acknowledged.
    private func durableRate(_ nats: NATSConfiguration, _ count: Int) async throws -> Double {
        let (publisher, reader) = (try await NATSEventBus.connect(nats), try await NATSEventBus.connect(nats))
        let name = "bench-\(UInt64.random(in: 0 ... .max))"
        let configuration = EventStreamConfiguration(name, subjects: [try EventPattern("\(name).>")])
        let subject = try EventSubject("\(name).read")
        let stream = try await publisher.stream(configuration)
        let consumer = try await reader.stream(configuration).consumer(
            EventConsumerConfiguration("reader", maximumUnacknowledged: 20_000))
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for first in stride(from: 0, to: count, by: 1000) {
                    _ = try await stream.append(
                        (first..<min(first + 1000, count)).map {
                            Event(id: "\($0)", subject: subject, payload: .integer($0))
                        })
                }
            }
            var read = 0
            while read < count {
                let taken = try await consumer.next(1000, waiting: .seconds(10))
                guard !taken.isEmpty else { throw EventError(.deadlineExceeded, "\(read) of \(count) events came.") }
                read += taken.count
                try await consumer.acknowledge(taken)
            }
            try await group.waitForAll()
        }
        let rate = Double(count) / (start.duration(to: clock.now) / .seconds(1))
        _ = try await publisher.removeStream(name)
        await publisher.close()
        await reader.close()
        return rate
    }

    // MARK: - Times

    /// The median time from publishing an event until its reader has it, in microseconds.
    ///
    /// - Parameter rests: Whether the publisher rests for a millisecond between events, so that the reader sleeps.
    private func median(
        _ connect: @Sendable () async throws -> any EventBus, rests: Bool
    ) async throws -> Double {
        let count = rests ? self.restedSamples : self.samples
        let reader = try await connect()
        let publisher = reader is InProcessEventBus ? reader : try await connect()
        let events = try await reader.subscribe(EventPattern(Self.subject), SubscriptionOptions(buffer: 64))
        let subject = try EventSubject(Self.subject)
        let clock = ContinuousClock()
        let start = clock.now
        let arrived = Arrivals()
        let times = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<count {
                    let time = Int((clock.now - start) / .nanoseconds(1))
                    try await publisher.publish(Event(id: "1", subject: subject, payload: .integer(time)))
                    if rests { try await clock.sleep(for: .milliseconds(1)) }
                    // One event at a time: what is measured is no queue.
                    while arrived.count <= number { await Task.yield() }
                }
            }
            var times: [Double] = []
            for try await event in events {
                let now = (clock.now - start) / .microseconds(1)
                times.append(now - Double(event.payload.integerValue ?? 0) / 1000)
                arrived.add()
                if times.count == count { break }
            }
            try await group.waitForAll()
            return times
        }
        await publisher.close()
        await reader.close()
        return times.median
    }

    private func requests(_ nats: NATSConfiguration) async throws -> Double {
        let (asking, answering) = (try await NATSEventBus.connect(nats), try await NATSEventBus.connect(nats))
        let questions = try await answering.subscribe(EventPattern(Self.subject), buffer: 64)
        let subject = try EventSubject(Self.subject)
        let clock = ContinuousClock()
        let times = try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { for try await question in questions { try await answering.reply(to: question, with: 1) } }
            var times: [Double] = []
            for number in 0..<self.samples {
                let start = clock.now
                _ = try await asking.request(
                    Event(id: "\(number)", subject: subject, payload: 1), deadline: .seconds(10))
                times.append((clock.now - start) / .microseconds(1))
            }
            return times
        }
        await asking.close()
        await answering.close()
        return times.median
    }
}

/// How many events have arrived.
private final class Arrivals: Sendable {
    private let number = Atomic(0)

    var count: Int { self.number.load(ordering: .acquiring) }

    func add() { self.number.add(1, ordering: .releasing) }
}
