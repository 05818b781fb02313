// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import NATSMessaging
internal import Pipelines

/// A queue of runs in JetStream whose server is connected to by the first use.
actor LaterRunQueue: RunQueue {
    private let bus: ProgramBus
    private var queue: NATSRunQueue?

    /// Prepares the queue.
    ///
    /// - Parameter url: The NATS server.
    /// - Throws: `EventError` with code `.invalidOptions`.
    init(_ url: String) throws { self.bus = try ProgramBus(url) }

    private func open() async throws -> NATSRunQueue {
        if let queue { return queue }
        guard let bus = try await self.bus.open() as? NATSEventBus else {
            throw CommandError(.badInput, "A queue over a bus needs a NATS server, such as nats://127.0.0.1:4222.")
        }
        let queue = try NATSRunQueue(bus)
        self.queue = queue
        return queue
    }

    func enqueue(_ ticket: RunTicket) async throws { try await self.open().enqueue(ticket) }

    func lease(for worker: String, duration: Duration) async throws -> RunLease? {
        try await self.open().lease(for: worker, duration: duration)
    }

    func extend(_ lease: RunLease, by duration: Duration) async throws -> LeaseStanding {
        try await self.open().extend(lease, by: duration)
    }

    func complete(_ lease: RunLease) async throws -> Bool { try await self.open().complete(lease) }

    func release(_ lease: RunLease, after delay: Duration, counts: Bool) async throws -> Bool {
        try await self.open().release(lease, after: delay, counts: counts)
    }

    func setAside(_ lease: RunLease, reason: String) async throws -> Bool {
        try await self.open().setAside(lease, reason: reason)
    }

    func restore(_ run: String) async throws -> Bool { try await self.open().restore(run) }

    func cancel(_ run: String) async throws -> Bool { try await self.open().cancel(run) }

    func entries(limit: Int) async throws -> [QueueEntry] { try await self.open().entries(limit: limit) }
}
