// SPDX-License-Identifier: Apache-2.0

/// A unit's arm and one value of it, as a store has them.
package struct StoredOutcome: Sendable {
    /// The unit's place among all.
    package var number: Int
    /// The unit.
    package var unit: String
    /// Its arm.
    package var arm: String
    /// The metric that was measured; nil for a unit of which nothing was.
    package var metric: String?
    /// What was measured.
    package var value: Double
    /// The value from before the experiment that goes with the metric.
    package var covariate: Double?

    /// Describes a value.
    package init(number: Int, unit: String, arm: String, metric: String?, value: Double, covariate: Double?) {
        (self.number, self.unit, self.arm) = (number, unit, arm)
        (self.metric, self.value, self.covariate) = (metric, value, covariate)
    }
}

/// Puts the values of units together, which come unit by unit.
///
/// Units of arms and values of metrics that the definition does not have any more are left out.
package struct StoredOutcomes {
    private let metrics: [String: Metric]
    private let arms: Set<String>
    private var number: Int?
    private var unit = ""
    private var outcome = Outcome(arm: "", values: [:])

    /// Begins.
    package init(_ experiment: Experiment) {
        self.metrics = Dictionary(experiment.measured.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.arms = Set(experiment.arms.map(\.name))
    }

    /// Takes a value.
    ///
    /// - Returns: The unit before, where it is complete now.
    package mutating func add(_ stored: StoredOutcome) -> OutcomeFile.Row? {
        let complete = stored.number == self.number ? nil : self.finish()
        if stored.number != self.number {
            (self.number, self.unit) = (stored.number, stored.unit)
            self.outcome = Outcome(arm: stored.arm, values: [:])
        }
        guard let name = stored.metric, let metric = self.metrics[name] else { return complete }
        if let covariate = metric.covariate {
            guard let before = stored.covariate else { return complete }
            self.outcome.covariates[covariate] = before
        }
        self.outcome.values[name] = stored.value
        return complete
    }

    /// Ends.
    ///
    /// - Returns: The last unit; nil where there is none.
    package mutating func finish() -> OutcomeFile.Row? {
        defer { self.number = nil }
        guard self.number != nil, self.arms.contains(self.outcome.arm) else { return nil }
        return OutcomeFile.Row(unit: self.unit, outcome: self.outcome)
    }
}

extension Experiment {
    /// The value from before the experiment that goes with a metric, as a store keeps it.
    package func covariate(of metric: String, in outcome: Outcome) -> Double? {
        self.metrics.first { $0.name == metric }?.covariate.flatMap { outcome.covariates[$0] }
    }
}

extension Tally {
    /// Counts a unit and what came of it.
    ///
    /// - Throws: ``ExperimentError`` for what the definition does not know.
    package mutating func add(_ row: OutcomeFile.Row) throws {
        try self.expose(row.outcome.arm)
        try self.record(row.outcome)
    }
}
