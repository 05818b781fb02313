// SPDX-License-Identifier: Apache-2.0

package import Experiments
internal import GRDB
internal import LLMCore

/// What came of units.
extension SQLiteExperimentStore {
    /// Keeps what came of a unit, each metric once.
    ///
    /// - Throws: ``StorageError``.
    package func keep(
        _ outcome: Outcome, of unit: String, in experiment: Experiment
    ) async throws -> [String: Double] {
        let key = experiment.stickyKey
        return try await self.file.write { database in
            let statement = try database.cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO experiment_outcomes (experiment, unit, metric, value, covariate)
                    VALUES (?, ?, ?, ?, ?)
                    """)
            return try outcome.values.filter { name, value in
                try statement.execute(
                    arguments: [key, unit, name, value, experiment.covariate(of: name, in: outcome)])
                return database.changesCount > 0
            }
        }
    }

    /// Everything that came of an experiment's units, in the order in which units arrived.
    ///
    /// - Throws: ``StorageError``.
    package func rows(of experiment: Experiment) async throws -> [OutcomeFile.Row] {
        try await self.file.perform { database in
            var rows: [OutcomeFile.Row] = []
            try Self.read(experiment, database) { rows.append($0) }
            return rows
        }
    }

    /// The same, added up.
    ///
    /// - Throws: ``StorageError``; ``ExperimentError`` for what the definition does not know.
    package func tally(of experiment: Experiment) async throws -> Tally {
        try await self.file.perform { database in
            var tally = Tally(experiment)
            try Self.read(experiment, database) { try tally.add($0) }
            return tally
        }
    }

    /// Reads row by row.
    private static func read(
        _ experiment: Experiment, _ database: Database, _ take: (OutcomeFile.Row) throws -> Void
    ) throws {
        let cursor = try Row.fetchCursor(
            database,
            sql: """
                SELECT u.number, u.unit, u.arm, o.metric, o.value, o.covariate FROM experiment_units AS u
                LEFT JOIN experiment_outcomes AS o ON o.experiment = u.experiment AND o.unit = u.unit
                WHERE u.experiment = ? ORDER BY u.number
                """,
            arguments: [experiment.stickyKey])
        var units = StoredOutcomes(experiment)
        while let row = try cursor.next() {
            let stored = StoredOutcome(
                number: try row.value("number"), unit: try row.value("unit"), arm: try row.value("arm"),
                metric: try row.value("metric"), value: try row.value("value", as: Double?.self) ?? 0,
                covariate: try row.value("covariate"))
            if let complete = units.add(stored) { try take(complete) }
        }
        if let last = units.finish() { try take(last) }
    }
}
