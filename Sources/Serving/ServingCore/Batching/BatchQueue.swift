// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import LLMCore

/// The queue of dynamic batching: by priority, then by arrival.
///
/// A free instance gets the largest preferred size that waits, at once. Without one it gets what waits as soon as no more
/// fits, or as the oldest of it has waited for ``BatchingPolicy/maximumDelay``.
package struct BatchQueue<Payload: Sendable>: RequestQueue {
    private typealias Entry = QueueEntry<Payload>

    /// The requests of one priority.
    private struct Level {
        let policy: QueuePolicy
        var waiting = Deque<Entry>()
        /// What waited too long, and goes on to wait behind the others.
        var delayed = Deque<Entry>()
        var nextExpiry = UInt64.max

        var count: Int { self.waiting.count + self.delayed.count }
    }

    package static var isByInstance: Bool { false }
    package private(set) var count = 0
    private let policy: BatchingPolicy
    private var levels: [Level]

    /// An empty queue.
    package init(_ policy: BatchingPolicy) {
        self.policy = policy
        self.levels = (1...max(1, policy.priorities)).map { Level(policy: policy.queues[$0] ?? policy.queue) }
    }

    package var nextExpiry: UInt64 { self.levels.reduce(.max) { min($0, $1.nextExpiry) } }

    package mutating func add(_ entry: QueueEntry<Payload>) throws {
        let isKnown = 1...self.levels.count ~= entry.priority
        let index = (isKnown ? entry.priority : min(max(1, self.policy.defaultPriority), self.levels.count)) - 1
        let limit = self.levels[index].policy.maximumCount
        guard limit == 0 || self.levels[index].count < limit else {
            throw ServingError(.unavailable, "The queue is full: \(limit) requests wait already.")
        }
        var entry = entry
        entry.expiry = self.levels[index].policy.expiry(arrival: entry.arrival, queueTime: entry.queueTime)
        self.levels[index].nextExpiry = min(self.levels[index].nextExpiry, entry.expiry)
        self.levels[index].waiting.append(entry)
        self.count += 1
    }

    package mutating func expire(at now: UInt64) -> [QueueEntry<Payload>] {
        var refused: [Entry] = []
        for index in self.levels.indices where self.levels[index].nextExpiry <= now {
            let late = self.levels[index].waiting.filter { $0.expiry <= now }
            self.levels[index].waiting.removeAll { $0.expiry <= now }
            self.levels[index].nextExpiry = self.levels[index].waiting.reduce(.max) { min($0, $1.expiry) }
            if self.levels[index].policy.delays {
                self.levels[index].delayed.append(contentsOf: late)
            } else {
                refused += late
            }
        }
        self.count -= refused.count
        return refused
    }

    package mutating func next(for instance: Int, at now: UInt64) -> QueueDecision<Payload> {
        guard self.count > 0 else { return .idle }
        let plan = self.plan()
        if plan.preferredCount > 0 { return .run(self.takeFirst(plan.preferredCount)) }
        let (due, overflows) = plan.oldest.addingReportingOverflow(self.policy.maximumDelay)
        guard plan.isComplete || due <= now else { return .wait(until: overflows ? .max : due) }
        return .run(self.takeFirst(plan.count))
    }

    package mutating func remove(_ id: UInt64) {
        for index in self.levels.indices {
            let before = self.levels[index].count
            self.levels[index].waiting.removeAll { $0.id == id }
            self.levels[index].delayed.removeAll { $0.id == id }
            self.count -= before - self.levels[index].count
        }
    }

    package mutating func removeAll() -> [QueueEntry<Payload>] { self.takeFirst(self.count) }

    // MARK: Choosing

    /// What could run now.
    private struct Plan {
        var count = 0
        var size = 0
        var shape = 0
        /// How many requests make up the largest preferred size.
        var preferredCount = 0
        var oldest = UInt64.max
        /// Whether nothing more can come to it.
        var isComplete = false
    }

    private func plan() -> Plan {
        var plan = Plan()
        for level in self.levels {
            for entry in level.waiting {
                self.consider(entry, &plan)
                if plan.isComplete { return plan }
            }
            for entry in level.delayed {
                self.consider(entry, &plan)
                if plan.isComplete { return plan }
            }
        }
        return plan
    }

    private func consider(_ entry: Entry, _ plan: inout Plan) {
        let fits = plan.size + entry.size <= self.policy.maximumSize && plan.shape == entry.shape
        guard plan.count == 0 || (self.policy.isDynamic && fits) else {
            plan.isComplete = true
            return
        }
        plan.count += 1
        plan.size += entry.size
        plan.shape = entry.shape
        plan.oldest = min(plan.oldest, entry.arrival)
        if self.policy.preferredSizes.contains(plan.size) { plan.preferredCount = plan.count }
        if plan.size >= self.policy.maximumSize || !self.policy.isDynamic { plan.isComplete = true }
    }

    private mutating func takeFirst(_ count: Int) -> [Entry] {
        var taken: [Entry] = []
        taken.reserveCapacity(count)
        for index in self.levels.indices where taken.count < count {
            while taken.count < count, let entry = self.levels[index].waiting.popFirst() { taken.append(entry) }
            while taken.count < count, let entry = self.levels[index].delayed.popFirst() { taken.append(entry) }
        }
        self.count -= taken.count
        return taken
    }
}
