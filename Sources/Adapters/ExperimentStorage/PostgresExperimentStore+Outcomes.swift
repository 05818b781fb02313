// SPDX-License-Identifier: Apache-2.0

package import Experiments
internal import LLMCore
internal import PostgresConnections

/// What came of units.
extension PostgresExperimentStore {
    /// Keeps what came of a unit, each metric once.
    ///
    /// - Throws: `PostgresError`.
    package func keep(
        _ outcome: Outcome, of unit: String, in experiment: Experiment
    ) async throws -> [String: Double] {
        // In one order, so that whoever does the same meanwhile waits instead of both waiting for each other.
        let values = outcome.values.sorted { $0.key < $1.key }.map { name, value -> JSONValue in
            let covariate = experiment.covariate(of: name, in: outcome).map { JSONValue.number($0) }
            return ["metric": .string(name), "value": .number(value), "covariate": covariate ?? .null]
        }
        let parameters: [JSONValue] = [
            .string(experiment.stickyKey), .string(unit), .string(JSONValue.array(values).serialized()),
        ]
        let new = try await self.perform { session in
            try session.execute(
                """
                INSERT INTO autoglm_experiment_outcomes (experiment, unit, metric, value, covariate)
                    SELECT $1, $2, metric, value, covariate
                    FROM json_to_recordset($3) AS given(metric text, value float8, covariate float8)
                    ON CONFLICT DO NOTHING RETURNING metric
                """, parameters
            ).rows.map { try $0.text(0) }
        }
        return outcome.values.filter { new.contains($0.key) }
    }

    /// Everything that came of an experiment's units, in the order in which units arrived.
    ///
    /// - Throws: `PostgresError`.
    package func rows(of experiment: Experiment) async throws -> [OutcomeFile.Row] {
        var rows: [OutcomeFile.Row] = []
        try await self.read(experiment) { rows.append($0) }
        return rows
    }

    /// The same, added up.
    ///
    /// - Throws: `PostgresError`; ``ExperimentError`` for what the definition does not know.
    package func tally(of experiment: Experiment) async throws -> Tally {
        var tally = Tally(experiment)
        try await self.read(experiment) { try tally.add($0) }
        return tally
    }

    /// How many units are read at a time: an answer is held in memory whole.
    private static let unitsAtATime = 1_000

    private func read(_ experiment: Experiment, _ take: (OutcomeFile.Row) throws -> Void) async throws {
        var units = StoredOutcomes(experiment)
        var last = 0
        while true {
            let (key, after) = (experiment.stickyKey, last)
            let values = try await self.perform { session in
                try session.execute(Self.page, [.string(key), .integer(after), .integer(Self.unitsAtATime)]).rows
                    .map { try StoredOutcome($0) }
            }
            guard let end = values.last else { break }
            for value in values { if let row = units.add(value) { try take(row) } }
            last = end.number
        }
        if let row = units.finish() { try take(row) }
    }

    private static let page = """
        SELECT u.number, u.unit, u.arm, o.metric, o.value, o.covariate
        FROM (
            SELECT number, experiment, unit, arm FROM autoglm_experiment_units
            WHERE experiment = $1 AND number > $2 ORDER BY number LIMIT $3
        ) AS u LEFT JOIN autoglm_experiment_outcomes AS o ON o.experiment = u.experiment AND o.unit = u.unit
        ORDER BY u.number
        """
}

extension StoredOutcome {
    /// Reads a row of the database.
    fileprivate init(_ row: [JSONValue]) throws {
        guard let number = row[0].integerValue else { throw [JSONValue].unreadable }
        self.init(
            number: number, unit: try row.text(1), arm: try row.text(2), metric: row[3].stringValue,
            value: row[3] == .null ? 0 : try row.number(4), covariate: row[5].numberValue)
    }
}
