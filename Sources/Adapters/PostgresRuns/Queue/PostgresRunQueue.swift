// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import Pipelines
internal import PostgresConnections

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A queue of runs in a PostgreSQL database, for the processes of any number of machines; leases go by the server's clock.
public struct PostgresRunQueue: RunQueue {
    private let database: RunDatabase

    /// Keeps a queue in a database.
    ///
    /// - Parameter database: Where it is kept; best by a connection of its own, so that signs of life wait for no large step.
    public init(_ database: RunDatabase) { self.database = database }

    /// Puts a run in line; nothing changes where it is in line already.
    public func enqueue(_ ticket: RunTicket) async throws {
        let values: [JSONValue] = [
            .string(ticket.run), .string(ticket.tenant), .integer(ticket.priority),
            ticket.trace.map { .string($0) } ?? .null, .number(ticket.delay / .seconds(1)),
        ]
        _ = try await self.database.perform { session, _ in
            try session.execute(
                """
                INSERT INTO autoglm_run_queue (run, tenant, priority, trace, ready_at)
                VALUES ($1, $2, $3, $4, \(Self.time(in: "$5"))) ON CONFLICT (run) DO NOTHING
                """, values)
        }
    }

    /// Takes a run that is ready, with equal shares for tenants.
    public func lease(for worker: String, duration: Duration) async throws -> RunLease? {
        let values: [JSONValue] = [
            .string(worker), .string(UUID().uuidString), .number(duration / .seconds(1)),
        ]
        // Workers that look in vain do not disturb those who take.
        let isReady = try await self.database.perform { session, _ in
            try session.execute("SELECT EXISTS (SELECT 1 FROM autoglm_run_queue WHERE \(Self.ready)) AS is_any")
                .records.first?.isTrue("is_any")
        }
        guard isReady == true else { return nil }
        return try await self.database.transaction { session, isAgain in
            try session.execute("SELECT pg_advisory_xact_lock($1)", [.integer(RunDatabase.queueLock)])
            if isAgain, let row = try session.execute(Self.taken, [values[1]]).records.first {
                return try Self.lease(row)
            }
            return try session.execute(Self.take, values).records.first.map { try Self.lease($0) }
        }
    }

    /// Keeps a lease from running out.
    public func extend(_ lease: RunLease, by duration: Duration) async throws -> LeaseStanding {
        let values = Self.identity(of: lease) + [.number(duration / .seconds(1))]
        return try await self.database.perform { session, _ in
            let row = try session.execute(
                """
                UPDATE autoglm_run_queue SET ready_at = \(Self.time(in: "$3")) WHERE \(Self.held)
                RETURNING cancel_requested
                """, values
            ).records.first
            return row.map { $0.isTrue("cancel_requested") ? .cancelled : .held } ?? .lost
        }
    }

    /// Takes a run out of the line: there is nothing more to do.
    public func complete(_ lease: RunLease) async throws -> Bool {
        try await self.change(
            "DELETE FROM autoglm_run_queue WHERE \(Self.held)", Self.identity(of: lease),
            isDone: "NOT EXISTS (SELECT 1 FROM autoglm_run_queue WHERE run = $1 AND lease >= $2)")
    }

    /// Gives a run back.
    public func release(_ lease: RunLease, after delay: Duration, counts: Bool) async throws -> Bool {
        try await self.change(
            """
            UPDATE autoglm_run_queue SET worker = NULL, ready_at = \(Self.time(in: "$3")), deliveries = deliveries - $4
            WHERE \(Self.held)
            """, Self.identity(of: lease) + [.number(delay / .seconds(1)), .integer(counts ? 0 : 1)],
            isDone: Self.givenBack)
    }

    /// Puts a run aside that has been delivered too often.
    public func setAside(_ lease: RunLease, reason: String) async throws -> Bool {
        try await self.change(
            "UPDATE autoglm_run_queue SET worker = NULL, set_aside = $3 WHERE \(Self.held)",
            Self.identity(of: lease) + [.string(reason)], isDone: Self.givenBack)
    }

    /// Puts a run that was set aside in line again, its deliveries forgotten.
    public func restore(_ run: String) async throws -> Bool {
        try await self.change(
            """
            UPDATE autoglm_run_queue SET set_aside = NULL, deliveries = 0, ready_at = statement_timestamp()
            WHERE run = $1 AND set_aside IS NOT NULL
            """, [.string(run)], isDone: "EXISTS (SELECT 1 FROM autoglm_run_queue WHERE run = $1)")
    }

    /// Takes a run out of the line, or has its worker told that it is not wanted any more.
    public func cancel(_ run: String) async throws -> Bool {
        try await self.database.transaction { session, isAgain in
            let isGone =
                try session.execute(
                    """
                    DELETE FROM autoglm_run_queue
                    WHERE run = $1 AND (worker IS NULL OR ready_at <= statement_timestamp())
                    """, [.string(run)]
                ).affected > 0
            if isGone { return true }
            let isTold =
                try session.execute(
                    "UPDATE autoglm_run_queue SET cancel_requested = true WHERE run = $1", [.string(run)]
                ).affected > 0
            return isTold || isAgain
        }
    }

    /// What is in line and what was set aside, in the order of entry.
    public func entries(limit: Int) async throws -> [QueueEntry] {
        try await self.database.perform { session, _ in
            try session.execute(
                """
                SELECT run, tenant, priority, trace, deliveries, set_aside,
                    CASE WHEN ready_at > statement_timestamp() THEN worker END AS worker
                FROM autoglm_run_queue ORDER BY number LIMIT $1
                """, [.integer(limit)]
            ).records.map { row in
                QueueEntry(
                    ticket: try Self.ticket(row), deliveries: try row.integer("deliveries"),
                    worker: try row.textIfAny("worker"), asideReason: try row.textIfAny("set_aside"))
            }
        }
    }

    // MARK: - Rows

    private static func ticket(_ row: StoredRow) throws -> RunTicket {
        RunTicket(
            try row.text("run"), tenant: try row.text("tenant"), priority: try row.integer("priority"),
            trace: try row.textIfAny("trace"))
    }

    private static func lease(_ row: StoredRow) throws -> RunLease {
        RunLease(
            try Self.ticket(row), number: try row.integer("lease"), deliveries: try row.integer("deliveries"))
    }

    private static func identity(of lease: RunLease) -> [JSONValue] {
        [.string(lease.ticket.run), .integer(lease.number)]
    }

    /// Changes a row where a condition still holds.
    ///
    /// - Parameter isDone: Tells by the same first values, where the server had not acknowledged the change, that it was made.
    /// - Returns: Whether it was changed.
    private func change(_ sql: String, _ values: [JSONValue], isDone: String) async throws -> Bool {
        let identity = Array(values.prefix(isDone.contains("$2") ? 2 : 1))
        return try await self.database.perform { session, isAgain in
            if try session.execute(sql, values).affected > 0 { return true }
            guard isAgain else { return false }
            return try session.execute("SELECT \(isDone) AS is_done", identity).records.first?.isTrue("is_done") == true
        }
    }

    // MARK: - Statements

    private static func time(in seconds: String) -> String {
        "statement_timestamp() + make_interval(secs => \(seconds))"
    }

    private static let ready = "set_aside IS NULL AND ready_at <= statement_timestamp()"
    private static let held = "run = $1 AND lease = $2 AND worker IS NOT NULL"
    private static let givenBack =
        "EXISTS (SELECT 1 FROM autoglm_run_queue WHERE run = $1 AND lease = $2 AND worker IS NULL)"
    private static let columns = "run, tenant, priority, trace, lease, deliveries"
    private static let taken = "SELECT \(Self.columns) FROM autoglm_run_queue WHERE taken = $1 AND worker IS NOT NULL"

    /// Whose turn it is (the tenant with the fewest runs under way, of these the one served longest ago), and which of theirs.
    private static let take = """
        WITH turn AS (
            SELECT tenant, coalesce(served, 0) AS served FROM (
                SELECT tenant, count(*) FILTER (WHERE ready_at <= statement_timestamp()) AS ready,
                    count(*) FILTER (WHERE ready_at > statement_timestamp() AND worker IS NOT NULL) AS under_way
                FROM autoglm_run_queue WHERE set_aside IS NULL GROUP BY tenant) AS line
            LEFT JOIN autoglm_run_tenants USING (tenant)
            WHERE ready > 0 ORDER BY under_way, coalesce(served, 0), tenant LIMIT 1),
        chosen AS (
            SELECT number FROM autoglm_run_queue
            WHERE tenant = (SELECT tenant FROM turn) AND \(Self.ready)
            ORDER BY priority DESC, number LIMIT 1 FOR UPDATE),
        taken AS (
            UPDATE autoglm_run_queue AS place SET lease = lease + 1, deliveries = deliveries + 1, worker = $1, taken = $2,
                ready_at = \(Self.time(in: "$3"))
            FROM chosen WHERE place.number = chosen.number RETURNING \(Self.columns)),
        served AS (
            INSERT INTO autoglm_run_tenants (tenant, served)
            SELECT tenant, (SELECT coalesce(max(served), 0) + 1 FROM autoglm_run_tenants) FROM taken
            ON CONFLICT (tenant) DO UPDATE SET served = excluded.served)
        SELECT \(Self.columns) FROM taken
        """
}
