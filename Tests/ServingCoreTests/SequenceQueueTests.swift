// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ServingCore
import Testing

@Suite("The queue of sequences")
struct SequenceQueueTests {
    /// A queue with a second of patience.
    private final class Queue {
        var queue: SequenceQueue<UInt64>

        init(places: Int = 1, instances: Int = 2) {
            var policy = SequencePolicy()
            (policy.places, policy.maximumSize) = (places, places)
            self.queue = SequenceQueue(policy, instances: instances)
        }

        func add(_ entry: QueueEntry<UInt64>) throws { try self.queue.add(entry) }

        func run(on instance: Int, at time: UInt64 = 0) -> [UInt64] {
            guard case .run(let entries) = self.queue.next(for: instance, at: time) else { return [] }
            return entries.map(\.payload)
        }
    }

    private static func entry(
        _ id: UInt64, _ sequence: UInt64?, start: Bool = false, end: Bool = false, at time: UInt64 = 0
    ) -> QueueEntry<UInt64> {
        var entry = QueueEntry(id: id, payload: id, arrival: time)
        entry.sequence = sequence.map { SequencePosition(id: .number($0), isStart: start, isEnd: end) }
        return entry
    }

    @Test("Each sequence keeps its instance, and its order")
    func placement() throws {
        let queue = Queue()
        try queue.add(Self.entry(1, 10, start: true))
        try queue.add(Self.entry(2, 20, start: true))
        try queue.add(Self.entry(3, 10))
        try queue.add(Self.entry(4, 10, end: true))
        let first = queue.run(on: 0)
        let instance = first == [1] ? 0 : 1
        if instance == 1 { #expect(first == [2]) }
        if instance == 1 { #expect(queue.run(on: 1) == [1]) } else { #expect(queue.run(on: 1) == [2]) }
        #expect(queue.run(on: instance) == [3])
        #expect(queue.run(on: 1 - instance) == [])
        #expect(queue.run(on: instance) == [4])
        #expect(queue.queue.count == 0)
    }

    @Test("A run has one request of each place")
    func slots() throws {
        let queue = Queue(places: 3, instances: 1)
        for sequence in UInt64(1)...3 {
            try queue.add(Self.entry(sequence, sequence, start: true))
            try queue.add(Self.entry(sequence + 10, sequence))
        }
        #expect(Set(queue.run(on: 0)) == [1, 2, 3])
        #expect(Set(queue.run(on: 0)) == [11, 12, 13])
    }

    @Test("A new sequence waits for a place, with all that follows")
    func backlog() throws {
        let queue = Queue(instances: 1)
        try queue.add(Self.entry(1, 10, start: true))
        try queue.add(Self.entry(2, 20, start: true))
        try queue.add(Self.entry(3, 20, end: true))
        #expect(queue.run(on: 0) == [1])
        #expect(queue.run(on: 0) == [])
        try queue.add(Self.entry(4, 10, end: true))
        #expect(queue.run(on: 0) == [4])
        #expect(queue.run(on: 0) == [2])
        #expect(queue.run(on: 0) == [3])
    }

    @Test("A silent sequence gives its place away, and is then not known")
    func idle() throws {
        let second: UInt64 = 1_000_000_000
        let queue = Queue(instances: 1)
        try queue.add(Self.entry(1, 10, start: true))
        #expect(queue.run(on: 0) == [1])
        try queue.add(Self.entry(2, 20, start: true, at: 5))
        #expect(queue.queue.nextExpiry == second)
        let expired = queue.queue.expire(at: second)
        #expect(expired.isEmpty)
        #expect(queue.run(on: 0, at: second) == [2])
        #expect(throws: ServingError.self) { try queue.add(Self.entry(3, 10, at: second)) }
    }

    @Test("Requests without a sequence or a start are refused")
    func refusals() throws {
        let queue = Queue()
        #expect(throws: ServingError.self) { try queue.add(Self.entry(1, nil)) }
        #expect(throws: ServingError.self) { try queue.add(Self.entry(2, 10)) }
        #expect(queue.queue.count == 0)
        try queue.add(Self.entry(3, 10, start: true))
        queue.queue.remove(3)
        #expect(queue.queue.count == 0)
    }
}
