// SPDX-License-Identifier: Apache-2.0

/// What came of one unit.
package struct Outcome: Sendable, Hashable {
    /// The arm it was in.
    package var arm: String
    /// What was measured, by the metrics' names; what is missing was not measured for this unit.
    package var values: [String: Double]
    /// Values from before the experiment, by the names that metrics give as their covariates.
    package var covariates: [String: Double]

    /// Makes an outcome.
    package init(arm: String, values: [String: Double], covariates: [String: Double] = [:]) {
        self.arm = arm
        self.values = values
        self.covariates = covariates
    }
}

/// What the program itself measures of a unit.
package struct MeasuredOutcome: Sendable, Hashable {
    /// How long the answer took.
    package var latency: Duration
    /// What it cost.
    package var cost: Double
    /// Whether it failed.
    package var failed: Bool
    /// Whether the answer could not be parsed.
    package var parseFailed: Bool

    /// The metrics' names, kinds and goals: `latency` in seconds, `cost`, `error`, `parse-failure`.
    package static let metrics = [
        Metric(name: "latency", kind: .mean, goal: .decrease), Metric(name: "cost", kind: .mean, goal: .decrease),
        Metric(name: "error", kind: .proportion, goal: .decrease),
        Metric(name: "parse-failure", kind: .proportion, goal: .decrease),
    ]

    /// Makes a measurement.
    package init(latency: Duration, cost: Double = 0, failed: Bool = false, parseFailed: Bool = false) {
        self.latency = latency
        self.cost = cost
        self.failed = failed
        self.parseFailed = parseFailed
    }

    /// The values by the metrics' names.
    package var values: [String: Double] {
        [
            "latency": self.latency / .seconds(1), "cost": self.cost, "error": self.failed ? 1 : 0,
            "parse-failure": self.parseFailed ? 1 : 0,
        ]
    }
}
