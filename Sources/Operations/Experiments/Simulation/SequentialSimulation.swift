// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Runs an experiment of two arms many times with known effects, looking all the while.
///
/// Beside the sequential test stands the one that must not be looked at: a z-test read at the same looks, which finds what is not
/// there, and one read once at the end.
package struct SequentialSimulation: Sendable {
    /// How many units a run has at most, and how often one looks.
    package struct Plan: Sendable, Hashable {
        /// How many runs.
        package var runs: Int
        /// How many units in both arms a run has at most.
        package var units: Int
        /// How many units lie between two looks.
        package var lookEvery: Int

        /// Plans runs.
        package init(runs: Int, units: Int, lookEvery: Int) {
            self.runs = runs
            self.units = units
            self.lookEvery = lookEvery
        }
    }

    /// What came out.
    package struct Report: Sendable, Hashable {
        /// The share of runs in which the sequential test found a difference.
        package var found = 0.0
        /// The share of runs in which what it found has the wrong sign.
        package var wrongSign = 0.0
        /// The share of runs whose confidence sequence ever left out the true effect.
        package var missed = 0.0
        /// The units until the difference was found, the median of runs that found one.
        package var medianUnits: Double?
        /// The mean of units, runs without a finding counted in full.
        package var meanUnits = 0.0
        /// The share of runs in which the z-test, read at every look, found a difference.
        package var foundByPeeking = 0.0
        /// The share of runs in which the z-test, read once at the end, found a difference.
        package var foundAtEnd = 0.0
    }

    private let model: OutcomeModel
    private let settings: AnalysisSettings
    private let share: Double

    /// Makes a simulation of an arm against the control.
    ///
    /// - Parameters:
    ///   - model: How outcomes come about.
    ///   - settings: How they are judged.
    ///   - share: The arm's share of units.
    package init(_ model: OutcomeModel, settings: AnalysisSettings, share: Double) {
        self.model = model
        self.settings = settings
        self.share = share
    }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - effect: The arm's mean minus the control's.
    ///   - plan: How often and how long.
    ///   - generator: Where chance comes from.
    package func run(
        effect: Double, _ plan: Plan, using generator: inout some RandomNumberGenerator
    ) -> Report {
        var report = Report()
        var times: [Int] = []
        let weight = 1 / Double(max(1, plan.runs))
        for _ in 0..<plan.runs {
            let run = self.once(effect: effect, plan, using: &generator)
            if let units = run.foundAt {
                report.found += weight
                times.append(units)
                if run.estimate * effect < 0 { report.wrongSign += weight }
            }
            if run.missed { report.missed += weight }
            if run.foundByPeeking { report.foundByPeeking += weight }
            if run.foundAtEnd { report.foundAtEnd += weight }
            report.meanUnits += Double(run.foundAt ?? plan.units) * weight
        }
        times.sort()
        report.medianUnits = times.isEmpty ? nil : Double(times[times.count / 2])
        return report
    }

    private struct Run {
        var foundAt: Int?
        var estimate = 0.0
        var missed = false
        var foundByPeeking = false
        var foundAtEnd = false
    }

    private func once(effect: Double, _ plan: Plan, using generator: inout some RandomNumberGenerator) -> Run {
        let sequence = ConfidenceSequence(alpha: self.settings.alpha, tightestAt: self.settings.tightestAt)
        var (arm, control, run) = (PairedMoments(), PairedMoments(), Run())
        for unit in 1...max(1, plan.units) {
            if Variates.unit(using: &generator) < self.share {
                arm.add(self.model.draw(effect: effect, using: &generator))
            } else {
                control.add(self.model.draw(effect: 0, using: &generator))
            }
            let isLook = unit % max(1, plan.lookEvery) == 0 || unit == plan.units
            guard isLook, min(arm.count, control.count) >= self.settings.minimumUnits else { continue }
            let estimate = arm.mean - control.mean
            let error = (MeanEstimate(arm).squaredError + MeanEstimate(control).squaredError).squareRoot()
            let half = sequence.halfWidth(standardError: error, count: unit)
            if abs(estimate - effect) > half { run.missed = true }
            if abs(estimate) > half, run.foundAt == nil { (run.foundAt, run.estimate) = (unit, estimate) }
            run.foundAtEnd = FixedHorizon.pValue(estimate: estimate, standardError: error) < self.settings.alpha
            if run.foundAtEnd { run.foundByPeeking = true }
        }
        return run
    }
}
