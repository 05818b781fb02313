// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import LLMCore
public import Pipelines

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A queue of runs in a SQLite file, for the processes of one machine.
///
/// A row's `ready_at` is when it may be delivered; while a worker has it, when its lease runs out.
public struct SQLiteRunQueue: RunQueue {
    private let file: StorageFile
    private let now: @Sendable () -> Date

    /// Keeps a queue in a file.
    ///
    /// - Parameters:
    ///   - file: Where it is kept.
    ///   - now: The time of day, the same for all who share the file.
    public init(_ file: StorageFile, now: @escaping @Sendable () -> Date = { Date() }) {
        self.file = file
        self.now = now
    }

    /// Puts a run in line; nothing changes where it is in line already.
    public func enqueue(_ ticket: RunTicket) async throws {
        let readyAt = self.time(in: ticket.delay)
        try await self.file.perform { database in
            try database.execute(
                sql: "INSERT OR IGNORE INTO queue (run, tenant, priority, ready_at, trace) VALUES (?, ?, ?, ?, ?)",
                arguments: [ticket.run, ticket.tenant, ticket.priority, readyAt, ticket.trace])
        }
    }

    /// Takes a run that is ready, with equal shares for tenants.
    public func lease(for worker: String, duration: Duration) async throws -> RunLease? {
        let (now, end) = (self.time(in: .zero), self.time(in: duration))
        // Workers that look in vain do not disturb those who write.
        guard try await self.file.perform({ try QueueRow.isAnyReady(in: $0, at: now) }) else { return nil }
        return try await self.file.write { database in
            guard let tenant = try QueueRow.nextTenant(in: database, at: now),
                let row = try QueueRow.next(of: tenant, in: database, at: now)
            else { return nil }
            try database.execute(
                sql: """
                    UPDATE queue SET lease = lease + 1, deliveries = deliveries + 1, worker = ?, ready_at = ?
                    WHERE number = ?
                    """, arguments: [worker, end, row.number])
            try QueueRow.markServed(tenant, in: database)
            return RunLease(row.entry.ticket, number: row.lease + 1, deliveries: row.entry.deliveries + 1)
        }
    }

    /// Keeps a lease from running out.
    public func extend(_ lease: RunLease, by duration: Duration) async throws -> LeaseStanding {
        let end = self.time(in: duration)
        return try await self.file.write { database in
            let isHeld = try Self.change("UPDATE queue SET ready_at = ?", [end], lease, in: database)
            guard isHeld else { return .lost }
            let isCancelled = try Bool.fetchOne(
                database, sql: "SELECT cancel_requested FROM queue WHERE run = ?", arguments: [lease.ticket.run])
            return isCancelled == true ? .cancelled : .held
        }
    }

    /// Takes a run out of the line: there is nothing more to do.
    public func complete(_ lease: RunLease) async throws -> Bool {
        try await self.file.perform { try Self.change("DELETE FROM queue", [], lease, in: $0) }
    }

    /// Gives a run back.
    public func release(_ lease: RunLease, after delay: Duration, counts: Bool) async throws -> Bool {
        let values: StatementArguments = [self.time(in: delay), counts ? 0 : 1]
        return try await self.file.perform { database in
            try Self.change(
                "UPDATE queue SET worker = NULL, ready_at = ?, deliveries = deliveries - ?", values, lease, in: database
            )
        }
    }

    /// Puts a run aside that has been delivered too often.
    public func setAside(_ lease: RunLease, reason: String) async throws -> Bool {
        try await self.file.perform { database in
            try Self.change("UPDATE queue SET worker = NULL, set_aside = ?", [reason], lease, in: database)
        }
    }

    /// Puts a run that was set aside in line again, its deliveries forgotten.
    public func restore(_ run: String) async throws -> Bool {
        let now = self.time(in: .zero)
        return try await self.file.perform { database in
            try database.execute(
                sql: """
                    UPDATE queue SET set_aside = NULL, deliveries = 0, ready_at = ?
                    WHERE run = ? AND set_aside IS NOT NULL
                    """, arguments: [now, run])
            return database.changesCount > 0
        }
    }

    /// Takes a run out of the line, or has its worker told that it is not wanted any more.
    public func cancel(_ run: String) async throws -> Bool {
        let now = self.time(in: .zero)
        return try await self.file.write { database in
            try database.execute(
                sql: "DELETE FROM queue WHERE run = ? AND (worker IS NULL OR ready_at <= ?)", arguments: [run, now])
            if database.changesCount > 0 { return true }
            try database.execute(sql: "UPDATE queue SET cancel_requested = 1 WHERE run = ?", arguments: [run])
            return database.changesCount > 0
        }
    }

    /// What is in line and what was set aside, in the order of entry.
    public func entries(limit: Int) async throws -> [QueueEntry] {
        let now = self.time(in: .zero)
        return try await self.file.perform { database in
            try QueueRow.all(in: database, limit: limit).map { $0.entry(at: now) }
        }
    }

    // MARK: - Rows

    private func time(in delay: Duration) -> Double { self.now().timeIntervalSince1970 + delay / .seconds(1) }

    /// Changes the row of a lease, unless the lease was lost.
    ///
    /// - Returns: Whether it was still the holder's.
    private static func change(
        _ change: String, _ values: StatementArguments, _ lease: RunLease, in database: Database
    ) throws -> Bool {
        let held: StatementArguments = [lease.ticket.run, lease.number]
        try database.execute(
            sql: "\(change) WHERE run = ? AND lease = ? AND worker IS NOT NULL", arguments: values + held)
        return database.changesCount > 0
    }
}
