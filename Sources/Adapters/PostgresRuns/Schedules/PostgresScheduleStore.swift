// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import Pipelines
internal import PostgresConnections
internal import RunStorage

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Schedules in the PostgreSQL database of their runs and of the queue.
///
/// A run begins in one transaction with its place in line and the schedule's next time: a process that dies in between
/// leaves nothing half done, and of several processes one is first.
public struct PostgresScheduleStore: ScheduleStore {
    private let database: RunDatabase

    /// Keeps schedules in a database.
    public init(_ database: RunDatabase) { self.database = database }

    /// Keeps a schedule; one of the same name is replaced.
    public func add(_ schedule: StoredSchedule) async throws {
        let text = StoredValue(shared: schedule.source.stored)
        let inputs = StoredValue(JSONValue(sorted: schedule.schedule.inputs))
        let source = schedule.source
        let values: [JSONValue] = [
            .string(schedule.name), .string(source.name), .string(source.version), .string(source.file),
            source.baseFolder.map { .string($0) } ?? .null, text.key, inputs.ownText, inputs.key,
            .string(schedule.schedule.stored.serialized()), .string(schedule.tenant), .integer(schedule.priority),
            schedule.next.map { .integer($0) } ?? .null,
        ]
        try await self.database.transaction { session, _ in
            try session.store([text, inputs])
            try session.execute(
                """
                INSERT INTO autoglm_run_schedules (\(Self.columns), source_hash, inputs, inputs_hash, timing, tenant, priority,
                    next_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                ON CONFLICT (name) DO UPDATE SET (\(Self.columns), source_hash, inputs, inputs_hash, timing, tenant,
                    priority, next_at) = (SELECT excluded.*)
                """, values)
        }
    }

    /// Every schedule, the next to come first.
    public func schedules() async throws -> [StoredSchedule] {
        try await self.read("ORDER BY next_at NULLS LAST, name", [])
    }

    /// Schedules whose next time has come.
    public func due(at moment: Int) async throws -> [StoredSchedule] {
        try await self.read(
            "WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, name LIMIT 100", [.integer(moment)])
    }

    /// Removes a schedule; runs that it has begun stay.
    public func remove(_ name: String) async throws -> Bool {
        try await self.database.perform { session, isAgain in
            let sql = "DELETE FROM autoglm_run_schedules WHERE name = $1"
            return try session.execute(sql, [.string(name)]).affected > 0 || isAgain
        }
    }

    /// Stores a run for a time of a schedule, puts it in line and moves the schedule on.
    public func begin(
        _ name: String, waitingFor next: Int, for occurrence: Int?, following: Int?
    ) async throws -> String? {
        let id = RunName.make(at: Date())
        return try await self.database.transaction { session, isAgain in
            let moved = try session.execute(
                "UPDATE autoglm_run_schedules SET next_at = $3 WHERE name = $1 AND next_at = $2",
                [.string(name), .integer(next), following.map { .integer($0) } ?? .null]
            ).affected
            guard moved > 0 else { return isAgain ? try Self.find(id, session) : nil }
            guard let occurrence else { return nil }
            try session.keepValues()
            // Of a time that has its run already, as after a schedule was stored anew, there is no second one.
            let begun = try session.execute(
                """
                INSERT INTO autoglm_runs (id, pipeline, version, file, base_folder, source_hash, inputs, inputs_hash, state,
                    schedule, scheduled_for)
                SELECT $2, pipeline, version, file, base_folder, source_hash, inputs, inputs_hash, 'queued', name, $3::bigint
                FROM autoglm_run_schedules WHERE name = $1 ON CONFLICT DO NOTHING
                """, [.string(name), .string(id), .integer(occurrence)]
            ).affected
            guard begun > 0 else { return nil }
            try session.execute(
                """
                INSERT INTO autoglm_run_queue (run, tenant, priority, ready_at)
                SELECT $2, tenant, priority, statement_timestamp() FROM autoglm_run_schedules WHERE name = $1
                """, [.string(name), .string(id)])
            return id
        }
    }

    // MARK: - Rows

    private static let columns = "name, pipeline, version, file, base_folder"

    /// A run's name, where there is such a run.
    private static func find(_ id: String, _ session: PostgresSession) throws -> String? {
        try session.execute("SELECT id FROM autoglm_runs WHERE id = $1", [.string(id)]).records.first?.text("id")
    }

    private func read(_ clauses: String, _ values: [JSONValue]) async throws -> [StoredSchedule] {
        try await self.database.perform { session, _ in
            try session.execute(
                """
                SELECT \(Self.columns), timing, tenant, priority, next_at,
                    (SELECT text FROM autoglm_run_values WHERE hash = source_hash) AS source,
                    \(StoredValue.databaseText(of: "inputs"))
                FROM autoglm_run_schedules \(clauses)
                """, values
            ).records.map { try StoredSchedule($0) }
        }
    }
}

extension StoredSchedule {
    fileprivate init(_ row: StoredRow) throws {
        let inputs = try StoredValue.parse(row.textIfAny("inputs")).members
        let source = try PipelineSource(
            stored: StoredValue.parse(row.textIfAny("source")), name: row.text("pipeline"),
            version: row.text("version"), file: row.text("file"), baseFolder: row.textIfAny("base_folder"))
        self.init(
            try row.text("name"), source,
            try RunSchedule(stored: StoredValue.parse(row.textIfAny("timing")), inputs: inputs),
            tenant: try row.text("tenant"), priority: try row.integer("priority"), after: 0)
        self.next = try row.integerIfAny("next_at")
    }
}
