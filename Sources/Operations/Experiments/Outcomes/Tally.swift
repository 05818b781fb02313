// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What is counted of an experiment: units of each arm, and the moments of each metric in each arm.
///
/// Its size depends on the definition alone. Record each unit once: values of one unit are not independent, and counting them
/// as if they were makes every interval too short. Processes count apart and merge.
package struct Tally: Sendable, Hashable {
    /// The experiment's name and version.
    package let key: String
    /// The arms' names.
    package let arms: [String]
    /// How many units were put into each arm.
    package private(set) var exposures: [Int]
    /// The moments of each metric, an element an arm.
    package private(set) var moments: [String: [PairedMoments]]
    private let metrics: [Metric]

    /// Nothing counted yet.
    package init(_ experiment: Experiment) {
        self.key = experiment.stickyKey
        self.arms = experiment.arms.map(\.name)
        self.metrics = experiment.measured
        self.exposures = self.arms.map { _ in 0 }
        let empty = self.arms.map { _ in PairedMoments() }
        self.moments = Dictionary(self.metrics.map { ($0.name, empty) }, uniquingKeysWith: { first, _ in first })
    }

    /// Counts a unit that was put into an arm.
    ///
    /// - Throws: ``ExperimentError`` if there is no such arm.
    package mutating func expose(_ arm: String) throws { self.exposures[try self.index(of: arm)] += 1 }

    /// Counts what came of a unit.
    ///
    /// - Throws: ``ExperimentError`` for an arm or a metric that is not known, a value that is no finite number, or one that is
    ///   neither 0 nor 1 where the metric is a proportion; nothing is counted then.
    package mutating func record(_ outcome: Outcome) throws {
        let arm = try self.index(of: outcome.arm)
        for (name, value) in outcome.values { try self.check(name, value) }
        for metric in self.metrics where outcome.values[metric.name] != nil {
            let covariate = metric.covariate.map { outcome.covariates[$0] ?? .nan } ?? 0
            guard covariate.isFinite else {
                throw ExperimentError(
                    .invalidOutcome,
                    "An outcome of '\(metric.name)' has no finite number as its covariate '\(metric.covariate ?? "")'.")
            }
        }
        for metric in self.metrics {
            guard let value = outcome.values[metric.name] else { continue }
            let covariate = metric.covariate.flatMap { outcome.covariates[$0] } ?? 0
            self.moments[metric.name]?[arm].add(value, covariate: covariate)
        }
    }

    /// Counts what another process counted of the same experiment.
    ///
    /// - Throws: ``ExperimentError`` with code `.incompatible` if it is another one, or has other arms or metrics.
    package mutating func merge(_ other: Tally) throws {
        guard self.key == other.key, self.arms == other.arms, self.metrics == other.metrics else {
            throw ExperimentError(
                .incompatible,
                "Tallies of '\(self.key)' and '\(other.key)' cannot be added: name, version, arms and metrics must be the same."
            )
        }
        for arm in self.arms.indices { self.exposures[arm] += other.exposures[arm] }
        for (name, moments) in other.moments {
            for arm in moments.indices { self.moments[name]?[arm].merge(moments[arm]) }
        }
    }

    /// The moments of a metric, an element an arm; empty if there is no such metric.
    package func moments(of metric: String) -> [PairedMoments] { self.moments[metric] ?? [] }

    /// Replaces what was counted, for a tally that comes from elsewhere.
    mutating func restore(exposures: [Int], moments: [String: [PairedMoments]]) {
        self.exposures = exposures
        self.moments = moments
    }

    private func index(of arm: String) throws -> Int {
        guard let index = self.arms.firstIndex(of: arm) else {
            throw ExperimentError(
                .invalidOutcome,
                "Experiment '\(self.key)' has no arm '\(arm)'. \(NearestName.hint(for: arm, in: self.arms))")
        }
        return index
    }

    private func check(_ name: String, _ value: Double) throws {
        guard let metric = self.metrics.first(where: { $0.name == name }) else {
            throw ExperimentError(
                .invalidOutcome,
                "Experiment '\(self.key)' has no metric '\(name)'. \(NearestName.hint(for: name, in: self.metrics.map(\.name)))"
            )
        }
        guard value.isFinite, abs(value) <= 1e150, metric.kind == .mean || value == 0 || value == 1 else {
            let what = metric.kind == .mean ? "a finite number" : "0 or 1"
            throw ExperimentError(.invalidOutcome, "A value of '\(name)' is \(value); it must be \(what).")
        }
    }
}
