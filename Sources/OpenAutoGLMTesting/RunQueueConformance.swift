// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import Pipelines

/// What every ``RunQueue`` must do, as checks that any queue's tests can run.
///
/// ```swift
/// let conformance = RunQueueConformance(makeQueue: { try Queue(now: clock.now) }, pass: { clock.advance(by: $0) })
/// #expect(await conformance.failures() == [])
/// ```
public struct RunQueueConformance: Sendable {
    /// How long leases last in the checks.
    static let lease = Duration.seconds(10)

    let makeQueue: @Sendable () async throws -> any RunQueue
    let pass: @Sendable (Duration) async throws -> Void

    /// Prepares the checks.
    ///
    /// - Parameters:
    ///   - makeQueue: Makes an empty queue.
    ///   - pass: Lets time pass for all queues: moves their clock, or waits.
    public init(
        makeQueue: @escaping @Sendable () async throws -> any RunQueue,
        pass: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.makeQueue = makeQueue
        self.pass = pass
    }

    /// Runs all checks.
    ///
    /// - Returns: A sentence for each rule that the queue breaks; empty if it keeps them all.
    public func failures() async -> [String] {
        await ConformanceChecks(
            [
                ("order", self.checkOrder), ("delays", self.checkDelay), ("fair shares", self.checkFairness),
                ("entering twice", self.checkEnteringTwice), ("redelivery", self.checkRedelivery),
                ("heartbeats", self.checkHeartbeat), ("lost leases", self.checkLostLease),
                ("giving back", self.checkRelease),
                ("completion", self.checkCompletion), ("setting aside", self.checkSettingAside),
                ("cancelling in line", self.checkCancellationInLine),
                ("cancelling at work", self.checkCancellationAtWork),
            ], of: self.makeQueue
        ).failures()
    }

    // MARK: - Order

    private func checkOrder(_ queue: any RunQueue) async throws -> String? {
        for (run, priority) in [("a", 0), ("b", 5), ("c", 0), ("d", 5), ("e", -1)] {
            try await queue.enqueue(RunTicket(run, priority: priority))
        }
        let order = try await self.drain(queue)
        return order == ["b", "d", "a", "c", "e"] ? nil : "the order was \(order)"
    }

    private func checkDelay(_ queue: any RunQueue) async throws -> String? {
        try await queue.enqueue(RunTicket("late", delay: .seconds(5)))
        guard try await self.take(queue) == nil else { return "a run was delivered before its time" }
        try await self.pass(.seconds(6))
        return try await self.take(queue)?.ticket.run == "late" ? nil : "a run was not delivered when it was time"
    }

    private func checkFairness(_ queue: any RunQueue) async throws -> String? {
        for number in 0..<6 { try await queue.enqueue(RunTicket("big-\(number)", tenant: "big", priority: 9)) }
        for number in 0..<2 { try await queue.enqueue(RunTicket("small-\(number)", tenant: "small")) }
        var tenants = [String]()
        while let lease = try await self.take(queue) { tenants.append(lease.ticket.tenant) }
        let beginning = tenants.prefix(4).filter { $0 == "small" }.count
        guard tenants.count == 8 else { return "\(tenants.count) of 8 runs were delivered" }
        return beginning == 2 ? nil : "the small tenant got \(beginning) of the first 4 turns, not 2"
    }

    private func checkEnteringTwice(_ queue: any RunQueue) async throws -> String? {
        try await queue.enqueue(RunTicket("a"))
        try await queue.enqueue(RunTicket("a"))
        let order = try await self.drain(queue)
        return order == ["a"] ? nil : "a run that was put in line twice was delivered as \(order)"
    }

    // MARK: - Leases

    private func checkRedelivery(_ queue: any RunQueue) async throws -> String? {
        let ticket = RunTicket("a", tenant: "t", priority: 3, trace: "00-trace")
        try await queue.enqueue(ticket)
        let first = try await self.take(queue)
        guard try await self.take(queue) == nil else { return "a run was delivered to two workers at once" }
        try await self.pass(Self.lease + .seconds(1))
        let second = try await self.take(queue)
        guard let first, let second else { return "a run whose lease ran out was not delivered again" }
        guard first.ticket == ticket, second.ticket == ticket else { return "the ticket changed to \(second.ticket)" }
        return (first.deliveries, second.deliveries) == (1, 2) ? nil : "deliveries were not counted"
    }

    private func checkHeartbeat(_ queue: any RunQueue) async throws -> String? {
        try await queue.enqueue(RunTicket("a"))
        guard let lease = try await self.take(queue) else { return "nothing was delivered" }
        for _ in 0..<3 {
            try await self.pass(Self.lease * 0.75)
            let standing = try await queue.extend(lease, by: Self.lease)
            guard standing == .held else { return "a lease extended in time was \(standing)" }
        }
        return try await self.take(queue) == nil ? nil : "a run was delivered though its lease was extended"
    }

    private func checkLostLease(_ queue: any RunQueue) async throws -> String? {
        try await queue.enqueue(RunTicket("a"))
        guard let old = try await self.take(queue) else { return "nothing was delivered" }
        try await self.pass(Self.lease + .seconds(1))
        guard let new = try await self.take(queue) else { return "nothing was delivered again" }
        guard try await queue.extend(old, by: Self.lease) == .lost else { return "a lost lease was extended" }
        let changes = [
            try await queue.complete(old), try await queue.release(old, after: .zero, counts: true),
            try await queue.setAside(old, reason: "test"),
        ]
        guard changes == [false, false, false] else { return "the holder of a lost lease changed something" }
        return try await queue.extend(new, by: Self.lease) == .held ? nil : "the new lease does not hold"
    }

    private func checkRelease(_ queue: any RunQueue) async throws -> String? {
        try await queue.enqueue(RunTicket("a"))
        var deliveries = [Int]()
        for counts in [false, true, true] {
            guard let lease = try await self.take(queue) else { return "a run given back was not delivered again" }
            deliveries.append(lease.deliveries)
            guard try await queue.release(lease, after: .seconds(5), counts: counts) else { return "it was refused" }
            guard try await self.take(queue) == nil else { return "a run was delivered before its delay had passed" }
            try await self.pass(.seconds(6))
        }
        return deliveries == [1, 1, 2] ? nil : "the deliveries were \(deliveries), not [1, 1, 2]"
    }

    private func checkCompletion(_ queue: any RunQueue) async throws -> String? {
        try await queue.enqueue(RunTicket("a"))
        guard let lease = try await self.take(queue), try await queue.complete(lease) else { return "it was refused" }
        try await self.pass(Self.lease + .seconds(1))
        guard try await self.take(queue) == nil else { return "a run that was completed was delivered again" }
        return try await queue.entries(limit: 9).isEmpty ? nil : "a run that was completed is still in line"
    }

    // MARK: - Leaving the line

    private func checkSettingAside(_ queue: any RunQueue) async throws -> String? {
        try await queue.enqueue(RunTicket("a"))
        guard let lease = try await self.take(queue), try await queue.setAside(lease, reason: "it crashes") else {
            return "it was refused"
        }
        try await self.pass(Self.lease + .seconds(1))
        guard try await self.take(queue) == nil else { return "a run that was set aside was delivered" }
        guard try await queue.entries(limit: 9).map(\.asideReason) == ["it crashes"] else {
            return "the reason is gone"
        }
        guard try await queue.restore("a"), try await !queue.restore("a") else { return "restoring went wrong" }
        return try await self.take(queue)?.deliveries == 1 ? nil : "a restored run does not begin anew"
    }

    private func checkCancellationInLine(_ queue: any RunQueue) async throws -> String? {
        try await queue.enqueue(RunTicket("a"))
        guard try await queue.cancel("a"), try await !queue.cancel("a") else { return "cancelling went wrong" }
        return try await self.take(queue) == nil ? nil : "a cancelled run was delivered"
    }

    private func checkCancellationAtWork(_ queue: any RunQueue) async throws -> String? {
        try await queue.enqueue(RunTicket("a"))
        guard let lease = try await self.take(queue), try await queue.cancel("a") else { return "it was refused" }
        let standing = try await queue.extend(lease, by: Self.lease)
        guard standing == .cancelled else { return "the worker of a cancelled run is told \(standing)" }
        return try await queue.complete(lease) ? nil : "the worker cannot take the cancelled run out of the line"
    }

    func take(_ queue: any RunQueue) async throws -> RunLease? {
        try await queue.lease(for: "worker", duration: Self.lease)
    }

    /// Takes and completes everything that is ready.
    private func drain(_ queue: any RunQueue) async throws -> [String] {
        var runs = [String]()
        while let lease = try await self.take(queue) {
            runs.append(lease.ticket.run)
            _ = try await queue.complete(lease)
        }
        return runs
    }
}
