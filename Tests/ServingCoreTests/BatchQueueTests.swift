// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ServingCore
import Testing

@Suite("The queue of batches")
struct BatchQueueTests {
    /// What is asked of a queue, at a time in microseconds.
    enum Event: Sendable {
        /// A request comes, with its number.
        case arrive(UInt64, at: UInt64, size: Int = 1, priority: Int = 0, shape: Int = 0, waits: UInt64 = 0)
        /// An instance is free.
        case free(at: UInt64)
        /// A client goes away.
        case cancel(UInt64)
    }

    /// What comes of it.
    enum Outcome: Hashable, Sendable {
        case run([UInt64])
        case wait(until: UInt64)
        case idle
        case refused(UInt64)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let policy: BatchingPolicy
        let events: [Event]
        let outcomes: [Outcome]

        init(_ name: String, _ events: [Event], _ outcomes: [Outcome], _ change: (inout BatchingPolicy) -> Void) {
            var policy = BatchingPolicy()
            (policy.isDynamic, policy.maximumSize) = (true, 4)
            change(&policy)
            (self.testDescription, self.policy, self.events, self.outcomes) = (name, policy, events, outcomes)
        }
    }

    static func arrivals(_ count: UInt64, _ more: Event...) -> [Event] {
        (1...count).map { .arrive($0, at: $0) } + more
    }

    static let cases: [Case] = {
        var cases: [Case] = []
        func add(
            _ name: String, _ events: [Event], _ outcomes: [Outcome],
            _ change: (inout BatchingPolicy) -> Void = { _ in }
        ) { cases.append(Case(name, events, outcomes, change)) }
        add("nothing waits", [.free(at: 0)], [.idle])
        add("without a delay, what waits runs together", Self.arrivals(3, .free(at: 9)), [.run([1, 2, 3])])
        add(
            "no batch is larger than the largest", Self.arrivals(6, .free(at: 9), .free(at: 9)),
            [.run([1, 2, 3, 4]), .run([5, 6])])
        add("without dynamic batching, each runs alone", Self.arrivals(2, .free(at: 9)), [.run([1])]) {
            $0.isDynamic = false
        }
        add(
            "with a delay, the oldest sets the time", Self.arrivals(2, .free(at: 50), .free(at: 101)),
            [.wait(until: 101), .run([1, 2])]
        ) { $0.maximumDelay = 100_000 }
        add("a full batch does not wait", Self.arrivals(4, .free(at: 5)), [.run([1, 2, 3, 4])]) {
            $0.maximumDelay = 100_000
        }
        add(
            "what does not fit any more completes a batch",
            [.arrive(1, at: 0, size: 3), .arrive(2, at: 1, size: 2), .free(at: 2)], [.run([1])]
        ) { $0.maximumDelay = 100_000 }
        add(
            "a request larger than the largest batch runs alone", [.arrive(1, at: 0, size: 9), .free(at: 1)],
            [.run([1])]
        ) { $0.maximumDelay = 100_000 }
        add(
            "the largest preferred size runs at once", Self.arrivals(3, .free(at: 4), .free(at: 4)),
            [.run([1, 2]), .wait(until: 103)]
        ) { ($0.preferredSizes, $0.maximumDelay) = ([2, 4], 100_000) }
        add("without a preferred size, the delay decides", Self.arrivals(3, .free(at: 102)), [.run([1, 2, 3])]) {
            ($0.preferredSizes, $0.maximumDelay) = ([4], 100_000)
        }
        add(
            "other shapes wait for the next batch",
            [.arrive(1, at: 0), .arrive(2, at: 1, shape: 7), .free(at: 2), .free(at: 2)], [.run([1]), .run([2])])
        Self.addQueues(add)
        return cases
    }()

    /// The cases of how requests wait.
    private static func addQueues(
        _ add: (String, [Event], [Outcome], (inout BatchingPolicy) -> Void) -> Void
    ) {
        add(
            "urgent requests come first",
            [
                .arrive(1, at: 0, priority: 2), .arrive(2, at: 1), .arrive(3, at: 2, priority: 1),
                .arrive(4, at: 3, priority: 9), .free(at: 4),
            ], [.run([3, 1, 2, 4])]
        ) { ($0.priorities, $0.defaultPriority) = (2, 2) }
        add("a full queue refuses", Self.arrivals(3, .free(at: 4)), [.refused(3), .run([1, 2])]) {
            $0.queue.maximumCount = 2
        }
        add(
            "each priority has its own room",
            [
                .arrive(1, at: 0, priority: 1), .arrive(2, at: 1, priority: 1), .arrive(3, at: 2, priority: 2),
                .free(at: 3),
            ], [.refused(2), .run([1, 3])]
        ) {
            $0.priorities = 2
            $0.queues[1] = QueuePolicy()
            $0.queues[1]?.maximumCount = 1
        }
        add(
            "who waited too long is refused", [.arrive(1, at: 0), .arrive(2, at: 90), .free(at: 100)],
            [.refused(1), .run([2])]
        ) { $0.queue.defaultTime = 100_000 }
        add(
            "who waited too long may run after the others", [.arrive(1, at: 0), .arrive(2, at: 90), .free(at: 100)],
            [.run([2, 1])]
        ) { ($0.queue.defaultTime, $0.queue.delays) = (100_000, true) }
        add(
            "requests may shorten their time",
            [.arrive(1, at: 0, waits: 10), .arrive(2, at: 0, waits: 999), .free(at: 50)], [.refused(1), .run([2])]
        ) { ($0.queue.defaultTime, $0.queue.allowsOverride) = (100_000, true) }
        add("but only where that is allowed", [.arrive(1, at: 0, waits: 10), .free(at: 50)], [.run([1])]) {
            $0.queue.defaultTime = 100_000
        }
        add("who is gone does not run", Self.arrivals(3, .cancel(2), .free(at: 9)), [.run([1, 3])]) { _ in }
    }

    @Test("Arrivals become batches", arguments: cases)
    func batches(test: Case) throws {
        var queue = BatchQueue<UInt64>(test.policy)
        var outcomes: [Outcome] = []
        for event in test.events {
            switch event {
            case .arrive(let id, let time, let size, let priority, let shape, let waits):
                var entry = QueueEntry(id: id, payload: id, arrival: time * 1000)
                (entry.size, entry.priority, entry.shape, entry.queueTime) = (size, priority, shape, waits * 1000)
                do { try queue.add(entry) } catch { outcomes.append(.refused(id)) }
            case .free(let time):
                outcomes += queue.expire(at: time * 1000).map { .refused($0.payload) }
                outcomes.append(Outcome(queue.next(for: 0, at: time * 1000)))
            case .cancel(let id): queue.remove(id)
            }
        }
        #expect(outcomes == test.outcomes)
        let rest = queue.count
        let removed = queue.removeAll().count
        #expect(removed == rest)
        #expect(queue.count == 0)
    }
}

extension BatchQueueTests.Outcome {
    init(_ decision: QueueDecision<UInt64>) {
        switch decision {
        case .run(let entries): self = .run(entries.map(\.payload))
        case .wait(let time): self = .wait(until: time / 1000)
        case .idle: self = .idle
        }
    }
}
