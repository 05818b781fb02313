// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import Pipelines

/// A run in line as a row of the table `queue`.
struct QueueRow: Sendable {
    /// Its place in line.
    let number: Int64
    /// How often it was leased.
    let lease: Int
    /// What people see of it.
    let entry: QueueEntry
    private let readyAt: Double

    private init(_ row: Row) throws {
        self.number = try row.value("number")
        self.lease = try row.value("lease")
        self.readyAt = try row.value("ready_at")
        self.entry = QueueEntry(
            ticket: RunTicket(
                try row.value("run"), tenant: try row.value("tenant"), priority: try row.value("priority"),
                trace: try row.value("trace")),
            deliveries: try row.value("deliveries"), worker: try row.value("worker"),
            asideReason: try row.value("set_aside"))
    }

    /// What people see of it at some time: a lease that has run out is nobody's.
    func entry(at now: Double) -> QueueEntry {
        var entry = self.entry
        if self.readyAt <= now { entry.worker = nil }
        return entry
    }

    /// Whether anything may be delivered.
    static func isAnyReady(in database: Database, at now: Double) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM queue WHERE set_aside IS NULL AND ready_at <= ?)")
        return try Bool.fetchOne(statement, arguments: [now]) ?? false
    }

    /// Whose turn it is: the tenant with the fewest runs under way, of these the one served longest ago.
    static func nextTenant(in database: Database, at now: Double) throws -> String? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT tenant FROM (
                    SELECT tenant, sum(ready_at <= ?) AS ready, sum(ready_at > ? AND worker IS NOT NULL) AS under_way
                    FROM queue WHERE set_aside IS NULL GROUP BY tenant)
                LEFT JOIN queue_tenants USING (tenant)
                WHERE ready > 0 ORDER BY under_way, coalesce(served, 0), tenant LIMIT 1
                """)
        return try String.fetchOne(statement, arguments: [now, now])
    }

    /// Remembers that it was a tenant's turn.
    static func markServed(_ tenant: String, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO queue_tenants (tenant, served)
                VALUES (?, (SELECT coalesce(max(served), 0) + 1 FROM queue_tenants))
                ON CONFLICT (tenant) DO UPDATE SET served = excluded.served
                """, arguments: [tenant])
    }

    /// The run of a tenant that comes first.
    static func next(of tenant: String, in database: Database, at now: Double) throws -> Self? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT * FROM queue WHERE tenant = ? AND set_aside IS NULL AND ready_at <= ?
                ORDER BY priority DESC, number LIMIT 1
                """)
        return try Row.fetchOne(statement, arguments: [tenant, now]).map { try Self($0) }
    }

    /// Rows in the order of entry.
    static func all(in database: Database, limit: Int) throws -> [Self] {
        try Row.fetchAll(database, sql: "SELECT * FROM queue ORDER BY number LIMIT ?", arguments: [limit])
            .map { try Self($0) }
    }
}
