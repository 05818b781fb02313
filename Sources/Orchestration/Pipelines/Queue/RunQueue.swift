// SPDX-License-Identifier: Apache-2.0

/// Runs that wait for a worker, shared by any number of processes.
///
/// A run is delivered at least once: a worker that falls silent loses its lease, and the run is delivered again. That no
/// step is done twice is the journal's business (``RunJournal``). What every queue must do is checked by
/// `RunQueueConformance`.
public protocol RunQueue: Sendable {
    /// Puts a run in line; nothing changes where it is in line already.
    func enqueue(_ ticket: RunTicket) async throws

    /// Takes a run that is ready: of the tenant with the fewest runs under way, of these the one served longest ago; of that
    /// tenant the highest priority, of these the one in line longest.
    ///
    /// - Parameters:
    ///   - worker: Who takes it, for people.
    ///   - duration: How long it is theirs; ask for more with ``extend(_:by:)``.
    /// - Returns: The lease; nil where nothing is ready.
    func lease(for worker: String, duration: Duration) async throws -> RunLease?

    /// Keeps a lease from running out.
    ///
    /// - Parameter duration: How long it lasts from now on.
    /// - Returns: Whether the run is still the holder's, and still wanted.
    func extend(_ lease: RunLease, by duration: Duration) async throws -> LeaseStanding

    /// Takes a run out of the line: there is nothing more to do.
    ///
    /// - Returns: False where the lease was lost; nothing has changed then.
    func complete(_ lease: RunLease) async throws -> Bool

    /// Gives a run back.
    ///
    /// - Parameters:
    ///   - delay: How long nobody gets it.
    ///   - counts: Whether this was an attempt that failed; if not, the delivery is not counted.
    /// - Returns: False where the lease was lost; nothing has changed then.
    func release(_ lease: RunLease, after delay: Duration, counts: Bool) async throws -> Bool

    /// Puts a run aside that has been delivered too often; it stays there until it is restored or cancelled.
    ///
    /// - Returns: False where the lease was lost; nothing has changed then.
    func setAside(_ lease: RunLease, reason: String) async throws -> Bool

    /// Puts a run that was set aside in line again, its deliveries forgotten.
    ///
    /// - Returns: Whether it was set aside.
    func restore(_ run: String) async throws -> Bool

    /// Takes a run out of the line, or tells its worker with the next ``extend(_:by:)`` that it is not wanted any more.
    ///
    /// - Returns: Whether it was in line.
    func cancel(_ run: String) async throws -> Bool

    /// What is in line and what was set aside, in the order of entry.
    func entries(limit: Int) async throws -> [QueueEntry]
}

/// A run to put in line.
public struct RunTicket: Sendable, Hashable {
    /// The run's name in its store.
    public var run: String
    /// On whose behalf; tenants get equal shares of the workers.
    public var tenant: String
    /// Before which others of its tenant it comes; the highest first.
    public var priority: Int
    /// How long nobody gets it.
    public var delay: Duration
    /// The trace that it is a part of, as `traceparent` of W3C's Trace Context; nil for none.
    public var trace: String?

    /// Describes a run to put in line.
    public init(
        _ run: String, tenant: String = "default", priority: Int = 0, delay: Duration = .zero, trace: String? = nil
    ) {
        self.run = run
        self.tenant = tenant
        self.priority = priority
        self.delay = delay
        self.trace = trace
    }
}

/// A run that is a worker's for some time.
public struct RunLease: Sendable, Hashable {
    /// What was put in line.
    public var ticket: RunTicket
    /// Tells this lease from earlier and later ones of the run.
    public var number: Int
    /// How often the run was delivered, this time included.
    public var deliveries: Int

    /// Describes a lease.
    public init(_ ticket: RunTicket, number: Int, deliveries: Int) {
        self.ticket = ticket
        self.number = number
        self.deliveries = deliveries
    }
}

/// What has become of a lease.
public enum LeaseStanding: Sendable, Hashable {
    /// It is the holder's.
    case held
    /// It is the holder's, who should end the run.
    case cancelled
    /// It ran out, and the run is another's or gone: let it be.
    case lost
}

/// A run in line, as people see it.
public struct QueueEntry: Sendable, Hashable {
    /// What was put in line.
    public var ticket: RunTicket
    /// How often it was delivered.
    public var deliveries: Int
    /// Who has it; nil where nobody does.
    public var worker: String?
    /// Why it was set aside; nil where it was not.
    public var asideReason: String?

    /// Describes a run in line.
    public init(ticket: RunTicket, deliveries: Int, worker: String?, asideReason: String?) {
        self.ticket = ticket
        self.deliveries = deliveries
        self.worker = worker
        self.asideReason = asideReason
    }
}
