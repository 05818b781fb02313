// SPDX-License-Identifier: Apache-2.0

package import Experiments
package import LLMCore
package import PostgresConnections

/// Keeps experiments in a PostgreSQL database.
package struct PostgresExperimentStore: ExperimentStore {
    private let connection: PostgresConnection
    private let tables: PostgresSchema

    /// Keeps experiments in a database; its tables are made when they are first needed.
    package init(_ connection: PostgresConnection) {
        self.connection = connection
        self.tables = PostgresSchema(
            connection, named: "autoglm_experiment_versions", lock: Self.lock, versions: [Self.statements])
    }

    /// Keeps experiments in a database; its tables are made when they are first needed.
    ///
    /// - Parameter url: Such as `postgresql://autoglm@db.example/models?password_env=PASSWORD`.
    /// - Throws: `PostgresError` with code `.invalidURL`.
    package init(url: String) throws { self.init(PostgresConnection(try PostgresURL(url))) }

    /// Works with the database, when the tables are there.
    func perform<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        try await self.tables.prepare()
        return try await self.connection.perform(work)
    }

    private func transaction(_ work: @escaping @Sendable (PostgresSession) throws -> Void) async throws {
        try await self.tables.prepare()
        try await self.connection.transaction(work)
    }

    // MARK: Experiments

    /// Every experiment, sorted by name.
    ///
    /// - Throws: `PostgresError`.
    package func experiments() async throws -> [StoredExperiment] {
        try await self.perform { session in
            // Sorted by their bytes, whatever the database's language is.
            let sql = #"SELECT name, definition, state FROM autoglm_experiments ORDER BY name COLLATE "C""#
            return try session.execute(sql).rows.map { row in
                StoredExperiment(name: try row.text(0), definition: try row.text(1), state: row[2])
            }
        }
    }

    /// Keeps an experiment in place of what is kept under its name.
    ///
    /// - Throws: `PostgresError`.
    package func save(_ experiment: StoredExperiment, _ event: ExperimentEvent) async throws {
        try await self.transaction { session in
            try session.execute(
                """
                INSERT INTO autoglm_experiments (name, definition, state) VALUES ($1, $2, $3)
                    ON CONFLICT (name) DO UPDATE SET definition = excluded.definition, state = excluded.state
                """,
                [.string(experiment.name), .string(experiment.definition), .string(experiment.state.serialized())])
            try Self.add([event], of: experiment.name, session)
        }
    }

    /// Keeps where an experiment stands.
    ///
    /// - Throws: `PostgresError`.
    package func save(state: JSONValue, of name: String, _ events: [ExperimentEvent]) async throws {
        try await self.transaction { session in
            try session.execute(
                "UPDATE autoglm_experiments SET state = $1 WHERE name = $2",
                [.string(state.serialized()), .string(name)])
            try Self.add(events, of: name, session)
        }
    }

    /// What happened to an experiment, in order.
    ///
    /// - Throws: `PostgresError`.
    package func events(of name: String) async throws -> [ExperimentEvent] {
        try await self.perform { session in
            let sql = """
                SELECT kind, at, person, note FROM autoglm_experiment_events WHERE experiment = $1 ORDER BY number
                """
            return try session.execute(sql, [.string(name)]).rows.map { row in
                guard let kind = ExperimentEvent.Kind(rawValue: try row.text(0)) else {
                    throw PostgresError(
                        .unreadable, "The history of '\(name)' has an event that a later version of this program made.")
                }
                return ExperimentEvent(kind, at: try row.number(1), by: try row.text(2), note: try row.text(3))
            }
        }
    }

    private static func add(_ events: [ExperimentEvent], of name: String, _ session: PostgresSession) throws {
        for event in events {
            try session.execute(
                """
                INSERT INTO autoglm_experiment_events (experiment, kind, at, person, note)
                    VALUES ($1, $2, $3, $4, $5)
                """,
                [
                    .string(name), .string(event.kind.rawValue), .number(event.at), .string(event.by),
                    .string(event.note),
                ])
        }
    }

    // MARK: Units

    /// The arm that is kept for a unit.
    ///
    /// - Throws: `PostgresError`.
    package func arm(of unit: String, in experiment: String) async throws -> String? {
        try await self.perform { try Self.arm(of: unit, in: experiment, $0) }
    }

    /// Keeps an arm for a unit unless one is kept already.
    ///
    /// - Throws: `PostgresError`.
    package func keep(
        _ arm: String, of unit: String, in experiment: String
    ) async throws -> (arm: String, isNew: Bool) {
        try await self.perform { session in
            while true {
                let inserted = try session.execute(
                    """
                    INSERT INTO autoglm_experiment_units (experiment, unit, arm) VALUES ($1, $2, $3)
                        ON CONFLICT DO NOTHING
                    """, [.string(experiment), .string(unit), .string(arm)])
                if inserted.affected > 0 { return (arm, true) }
                if let kept = try Self.arm(of: unit, in: experiment, session) { return (kept, false) }
                // Somebody has forgotten the unit between the two.
            }
        }
    }

    /// Forgets what is kept for a unit.
    ///
    /// - Throws: `PostgresError`.
    package func forget(_ unit: String, in experiment: String) async throws {
        _ = try await self.perform { session in
            try session.execute(
                "DELETE FROM autoglm_experiment_units WHERE experiment = $1 AND unit = $2",
                [.string(experiment), .string(unit)])
        }
    }

    private static func arm(of unit: String, in experiment: String, _ session: PostgresSession) throws -> String? {
        let sql = "SELECT arm FROM autoglm_experiment_units WHERE experiment = $1 AND unit = $2"
        return try session.execute(sql, [.string(experiment), .string(unit)]).rows.first?.text(0)
    }
}

extension [JSONValue] {
    /// A text of a row.
    ///
    /// - Throws: `PostgresError` with code `.unreadable` where there is something else.
    func text(_ index: Int) throws -> String {
        guard let text = self[index].stringValue else { throw Self.unreadable }
        return text
    }

    /// A number of a row.
    ///
    /// - Throws: `PostgresError` with code `.unreadable` where there is something else.
    func number(_ index: Int) throws -> Double {
        guard let number = self[index].numberValue else { throw Self.unreadable }
        return number
    }

    static var unreadable: PostgresError {
        PostgresError(.unreadable, "The database's tables of experiments hold something that is none of theirs.")
    }
}
