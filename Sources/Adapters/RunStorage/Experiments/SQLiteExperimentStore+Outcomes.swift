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
        let covariates = Dictionary(
            experiment.metrics.map { ($0.name, $0.covariate.flatMap { outcome.covariates[$0] }) },
            uniquingKeysWith: { first, _ in first })
        let key = experiment.stickyKey
        return try await self.file.write { database in
            let statement = try database.cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO experiment_outcomes (experiment, unit, metric, value, covariate)
                    VALUES (?, ?, ?, ?, ?)
                    """)
            return try outcome.values.filter { name, value in
                try statement.execute(arguments: [key, unit, name, value, covariates[name] ?? nil])
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
            try Self.read(experiment, database) { row in
                try tally.expose(row.outcome.arm)
                try tally.record(row.outcome)
            }
            return tally
        }
    }

    /// Reads row by row; units of arms and values of metrics that the definition does not have any more are left out.
    private static func read(
        _ experiment: Experiment, _ database: Database, _ take: (OutcomeFile.Row) throws -> Void
    ) throws {
        let metrics = Dictionary(experiment.measured.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let arms = Set(experiment.arms.map(\.name))
        let cursor = try Row.fetchCursor(
            database,
            sql: """
                SELECT u.number, u.unit, u.arm, o.metric, o.value, o.covariate FROM experiment_units AS u
                LEFT JOIN experiment_outcomes AS o ON o.experiment = u.experiment AND o.unit = u.unit
                WHERE u.experiment = ? ORDER BY u.number
                """,
            arguments: [experiment.stickyKey])
        var (number, unit) = (Int?.none, "")
        var outcome = Outcome(arm: "", values: [:])
        func finish() throws {
            if number != nil, arms.contains(outcome.arm) { try take(OutcomeFile.Row(unit: unit, outcome: outcome)) }
        }
        while let row = try cursor.next() {
            if try row.value("number", as: Int.self) != number {
                try finish()
                (number, unit) = (try row.value("number"), try row.value("unit"))
                outcome = Outcome(arm: try row.value("arm"), values: [:])
            }
            guard let name = try row.value("metric", as: String?.self), let metric = metrics[name] else { continue }
            if let covariate = metric.covariate {
                guard let before = try row.value("covariate", as: Double?.self) else { continue }
                outcome.covariates[covariate] = before
            }
            outcome.values[name] = try row.value("value", as: Double.self)
        }
        try finish()
    }
}
