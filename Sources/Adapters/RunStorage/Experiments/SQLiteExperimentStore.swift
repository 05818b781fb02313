// SPDX-License-Identifier: Apache-2.0

package import Experiments
internal import GRDB
package import LLMCore

/// Keeps experiments in a SQLite file.
package struct SQLiteExperimentStore: ExperimentStore {
    let file: StorageFile

    /// Opens a store in a file, which may hold other things, too.
    package init(_ file: StorageFile) { self.file = file }

    // MARK: Experiments

    /// Every experiment, sorted by name.
    ///
    /// - Throws: ``StorageError``.
    package func experiments() async throws -> [StoredExperiment] {
        try await self.file.perform { database in
            try Row.fetchAll(database, sql: "SELECT name, definition, state FROM experiments ORDER BY name").map {
                StoredExperiment(
                    name: try $0.value("name"), definition: try $0.value("definition"),
                    state: try StoredValue.parse(try $0.value("state", as: String.self)))
            }
        }
    }

    /// Keeps an experiment in place of what is kept under its name.
    ///
    /// - Throws: ``StorageError``.
    package func save(_ experiment: StoredExperiment, _ event: ExperimentEvent) async throws {
        try await self.file.write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO experiments (name, definition, state) VALUES (?, ?, ?)",
                arguments: [experiment.name, experiment.definition, experiment.state.serialized()])
            try Self.add([event], of: experiment.name, database)
        }
    }

    /// Keeps where an experiment stands.
    ///
    /// - Throws: ``StorageError``.
    package func save(state: JSONValue, of name: String, _ events: [ExperimentEvent]) async throws {
        try await self.file.write { database in
            try database.execute(
                sql: "UPDATE experiments SET state = ? WHERE name = ?", arguments: [state.serialized(), name])
            try Self.add(events, of: name, database)
        }
    }

    /// What happened to an experiment, in order.
    ///
    /// - Throws: ``StorageError``.
    package func events(of name: String) async throws -> [ExperimentEvent] {
        try await self.file.perform { database in
            let sql = "SELECT kind, at, person, note FROM experiment_events WHERE experiment = ? ORDER BY number"
            return try Row.fetchAll(database, sql: sql, arguments: [name]).map { row in
                guard let kind = ExperimentEvent.Kind(rawValue: try row.value("kind")) else {
                    throw StorageError(
                        .unreadable, "The history of '\(name)' has an event that a later version of this program made.")
                }
                return ExperimentEvent(
                    kind, at: try row.value("at"), by: try row.value("person"), note: try row.value("note"))
            }
        }
    }

    private static func add(_ events: [ExperimentEvent], of name: String, _ database: Database) throws {
        for event in events {
            try database.execute(
                sql: "INSERT INTO experiment_events (experiment, kind, at, person, note) VALUES (?, ?, ?, ?, ?)",
                arguments: [name, event.kind.rawValue, event.at, event.by, event.note])
        }
    }

    // MARK: Units

    /// The arm that is kept for a unit.
    ///
    /// - Throws: ``StorageError``.
    package func arm(of unit: String, in experiment: String) async throws -> String? {
        try await self.file.perform { try Self.arm(of: unit, in: experiment, $0) }
    }

    /// Keeps an arm for a unit unless one is kept already.
    ///
    /// - Throws: ``StorageError``.
    package func keep(
        _ arm: String, of unit: String, in experiment: String
    ) async throws -> (arm: String, isNew: Bool) {
        try await self.file.write { database in
            try database.cachedStatement(
                sql: "INSERT OR IGNORE INTO experiment_units (experiment, unit, arm) VALUES (?, ?, ?)"
            ).execute(arguments: [experiment, unit, arm])
            guard database.changesCount == 0 else { return (arm, true) }
            return (try Self.arm(of: unit, in: experiment, database) ?? arm, false)
        }
    }

    /// Forgets what is kept for a unit.
    ///
    /// - Throws: ``StorageError``.
    package func forget(_ unit: String, in experiment: String) async throws {
        try await self.file.perform { database in
            try database.execute(
                sql: "DELETE FROM experiment_units WHERE experiment = ? AND unit = ?", arguments: [experiment, unit])
        }
    }

    private static func arm(of unit: String, in experiment: String, _ database: Database) throws -> String? {
        let statement = try database.cachedStatement(
            sql: "SELECT arm FROM experiment_units WHERE experiment = ? AND unit = ?")
        return try String.fetchOne(statement, arguments: [experiment, unit])
    }
}
