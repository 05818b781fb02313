// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

extension RunQueueConformance {
    /// Puts queues through random histories and holds every answer against what must be so: a run is with one worker at a
    /// time, is not delivered before its time or after its completion, and is never forgotten.
    ///
    /// - Parameters:
    ///   - seeds: A history for each.
    ///   - steps: How many things happen in each.
    /// - Returns: A sentence for each history that breaks a rule; empty if none does.
    public func failures(inHistories seeds: ClosedRange<UInt64>, steps: Int = 150) async -> [String] {
        var failures = [String]()
        for seed in seeds {
            do {
                var history = QueueHistory(conformance: self, queue: try await self.makeQueue(), seed: seed)
                if let failure = try await history.run(steps: steps) { failures.append("history \(seed): \(failure)") }
            } catch { failures.append("history \(seed): threw \(error)") }
        }
        return failures
    }
}

/// What happens to a queue, and what is known of it.
private struct QueueHistory {
    private struct Run {
        var readyAt: Duration
        var isDone = false
        var lease: RunLease?
        var leaseEnd = Duration.zero
        /// A lease that somebody else has got since.
        var lost: RunLease?

        func isHeld(at now: Duration) -> Bool { self.lease != nil && self.leaseEnd > now }
        func isReady(at now: Duration) -> Bool { !self.isDone && !self.isHeld(at: now) && self.readyAt <= now }
    }

    let conformance: RunQueueConformance
    let queue: any RunQueue
    private var random: SeededGenerator
    private var now = Duration.zero
    private var runs: [String: Run] = [:]

    init(conformance: RunQueueConformance, queue: any RunQueue, seed: UInt64) {
        self.conformance = conformance
        self.queue = queue
        self.random = SeededGenerator(state: seed)
    }

    mutating func run(steps: Int) async throws -> String? {
        for step in 1...steps {
            if let failure = try await self.step() { return "step \(step): \(failure)" }
        }
        // Whatever was left is delivered in the end, once.
        try await self.pass(RunQueueConformance.lease + .seconds(20))
        while let name = try await self.take() {
            if let failure = name.failure { return "at the end, \(failure)" }
            if let failure = try await self.complete(name.run) { return "at the end, \(failure)" }
        }
        let left = self.runs.filter { !$0.value.isDone }.keys.sorted()
        return left.isEmpty ? nil : "\(left) were never delivered"
    }

    private mutating func step() async throws -> String? {
        let held = self.runs.filter { $0.value.isHeld(at: self.now) }.keys.sorted()
        let chosen = held.randomElement(using: &self.random)
        switch Int.random(in: 0..<8, using: &self.random) {
        case 0, 1: return try await self.enter()
        case 2, 3: return try await self.takeOne()
        case 4: return try await self.completeLost()
        case 5:
            guard let chosen else { return nil }
            return try await self.complete(chosen)
        case 6:
            guard let chosen else { return nil }
            return try await self.extendOrRelease(chosen)
        default:
            try await self.pass(.milliseconds(Int.random(in: 100...7_000, using: &self.random)))
            return nil
        }
    }

    private mutating func pass(_ duration: Duration) async throws {
        self.now += duration
        try await self.conformance.pass(duration)
    }

    private mutating func enter() async throws -> String? {
        let name = "run-\(self.runs.count)"
        let delay = Bool.random(using: &self.random) ? Duration.zero : .milliseconds(4_321)
        try await self.queue.enqueue(
            RunTicket(
                name, tenant: "tenant-\(Int.random(in: 0..<3, using: &self.random))",
                priority: Int.random(in: -1...2, using: &self.random), delay: delay))
        self.runs[name] = Run(readyAt: self.now + delay)
        return nil
    }

    private mutating func takeOne() async throws -> String? {
        let ready = self.runs.filter { $0.value.isReady(at: self.now) }.keys.sorted()
        guard let taken = try await self.take() else {
            return ready.isEmpty ? nil : "nothing was delivered, though \(ready) were ready"
        }
        return taken.failure
    }

    /// Takes the next run, and says what is wrong with that.
    private mutating func take() async throws -> (run: String, failure: String?)? {
        guard let lease = try await self.conformance.take(self.queue) else { return nil }
        let name = lease.ticket.run
        guard var run = self.runs[name] else { return (name, "'\(name)' was delivered and never put in line") }
        guard run.isReady(at: self.now) else {
            let why = run.isDone ? "completed" : run.isHeld(at: self.now) ? "with another worker" : "not yet due"
            return (name, "'\(name)' was delivered though it was \(why)")
        }
        if let old = run.lease { run.lost = old }
        run.lease = lease
        run.leaseEnd = self.now + RunQueueConformance.lease
        self.runs[name] = run
        return (name, nil)
    }

    private mutating func complete(_ name: String) async throws -> String? {
        guard let lease = self.runs[name]?.lease else { return nil }
        guard try await self.queue.complete(lease) else { return "the holder of '\(name)' could not complete it" }
        self.runs[name]?.isDone = true
        self.runs[name]?.lease = nil
        return nil
    }

    private mutating func completeLost() async throws -> String? {
        let lost = self.runs.filter { $0.value.lost != nil && $0.value.isHeld(at: self.now) }.keys.sorted()
        guard let name = lost.randomElement(using: &self.random), let lease = self.runs[name]?.lost else { return nil }
        return try await self.queue.complete(lease) ? "'\(name)' was completed by a worker that had lost it" : nil
    }

    private mutating func extendOrRelease(_ name: String) async throws -> String? {
        guard let lease = self.runs[name]?.lease else { return nil }
        if Bool.random(using: &self.random) {
            let standing = try await self.queue.extend(lease, by: RunQueueConformance.lease)
            guard standing == .held else { return "the holder of '\(name)' was told that it is \(standing)" }
            self.runs[name]?.leaseEnd = self.now + RunQueueConformance.lease
            return nil
        }
        let counts = Bool.random(using: &self.random)
        guard try await self.queue.release(lease, after: .milliseconds(2_345), counts: counts) else {
            return "the holder of '\(name)' could not give it back"
        }
        self.runs[name]?.lost = lease
        self.runs[name]?.lease = nil
        self.runs[name]?.readyAt = self.now + .milliseconds(2_345)
        return nil
    }
}
