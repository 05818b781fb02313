// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import LLMCore
public import Pipelines

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Schedules in the SQLite file of their runs and of the queue.
///
/// A run begins in one transaction with its place in line and the schedule's next time: a process that dies in between
/// leaves nothing half done, and of several processes one is first.
public struct SQLiteScheduleStore: ScheduleStore {
    private let file: StorageFile
    private let now: @Sendable () -> Date

    /// Keeps schedules in a file.
    ///
    /// - Parameters:
    ///   - file: Where they are kept.
    ///   - now: The time of day, for what runs are told of their beginning.
    public init(_ file: StorageFile, now: @escaping @Sendable () -> Date = { Date() }) {
        self.file = file
        self.now = now
    }

    /// Keeps a schedule; one of the same name is replaced.
    public func add(_ schedule: StoredSchedule) async throws {
        let text = StoredValue(shared: schedule.source.stored)
        let inputs = StoredValue(JSONValue(sorted: schedule.schedule.inputs))
        let source = schedule.source
        let values: StatementArguments = [
            schedule.name, source.name, source.version, source.file, source.baseFolder, text.hash, inputs.text,
            inputs.hash, schedule.schedule.stored.serialized(), schedule.tenant, schedule.priority, schedule.next,
        ]
        try await self.file.write { database in
            try text.store(in: database)
            try inputs.store(in: database)
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO schedules (name, pipeline, version, file, base_folder, source_hash, inputs,
                        inputs_hash, timing, tenant, priority, next_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """, arguments: values)
        }
    }

    /// Every schedule, the next to come first.
    public func schedules() async throws -> [StoredSchedule] {
        try await self.file.perform { database in
            try Row.fetchAll(database, sql: "\(Self.selection) ORDER BY next_at IS NULL, next_at, name")
                .map { try StoredSchedule(row: $0) }
        }
    }

    /// Schedules whose next time has come.
    public func due(at moment: Int) async throws -> [StoredSchedule] {
        try await self.file.perform { database in
            let statement = try database.cachedStatement(
                sql: "\(Self.selection) WHERE next_at IS NOT NULL AND next_at <= ? ORDER BY next_at, name LIMIT 100")
            return try Row.fetchAll(statement, arguments: [moment]).map { try StoredSchedule(row: $0) }
        }
    }

    /// Removes a schedule; runs that it has begun stay.
    public func remove(_ name: String) async throws -> Bool {
        try await self.file.perform { database in
            try database.execute(sql: "DELETE FROM schedules WHERE name = ?", arguments: [name])
            return database.changesCount > 0
        }
    }

    /// Stores a run for a time of a schedule, puts it in line and moves the schedule on.
    public func begin(
        _ name: String, waitingFor next: Int, for occurrence: Int?, following: Int?
    ) async throws -> String? {
        let now = self.now()
        let id = RunName.make(at: now)
        return try await self.file.write { database in
            try database.execute(
                sql: "UPDATE schedules SET next_at = ? WHERE name = ? AND next_at = ?",
                arguments: [following, name, next])
            guard database.changesCount > 0, let occurrence else { return nil }
            // Of a time that has its run already, as after a schedule was stored anew, there is no second one.
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO runs (id, pipeline, version, file, base_folder, source_hash, inputs, inputs_hash,
                        state, created_at, schedule, scheduled_for)
                    SELECT ?, pipeline, version, file, base_folder, source_hash, inputs, inputs_hash, ?, ?, name, ?
                    FROM schedules WHERE name = ?
                    """,
                arguments: [id, RunState.queued.rawValue, now.timeIntervalSince1970, occurrence, name])
            guard database.changesCount > 0 else { return nil }
            try database.execute(
                sql: """
                    INSERT INTO queue (run, tenant, priority, ready_at)
                    SELECT ?, tenant, priority, ? FROM schedules WHERE name = ?
                    """, arguments: [id, now.timeIntervalSince1970, name])
            return id
        }
    }

    private static let selection = """
        SELECT name, pipeline, version, file, base_folder, timing, tenant, priority, next_at,
            (SELECT text FROM shared_values WHERE hash = source_hash) AS source,
            \(StoredValue.text(of: "inputs")) AS inputs
        FROM schedules
        """
}

extension StoredSchedule {
    fileprivate init(row: Row) throws {
        let inputs = try StoredValue.parse(row.value("inputs")).members
        let source = try PipelineSource(
            stored: StoredValue.parse(row.value("source")), name: row.value("pipeline"), version: row.value("version"),
            file: row.value("file"), baseFolder: row.value("base_folder"))
        self.init(
            try row.value("name"), source,
            try RunSchedule(stored: StoredValue.parse(row.value("timing")), inputs: inputs),
            tenant: try row.value("tenant"), priority: try row.value("priority"), after: 0)
        self.next = try row.value("next_at", as: Int?.self)
    }
}
