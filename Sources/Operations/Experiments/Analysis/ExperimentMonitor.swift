// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// Looks at an experiment, as often as anybody likes, and remembers the strongest evidence seen.
///
/// A value: keep it beside the ``Tally`` and give it every look, so that p-values never rise.
package struct ExperimentMonitor: Sendable {
    struct Question: Hashable, Sendable {
        let metric: String
        let arm: String
    }

    private let experiment: Experiment
    var peaks: [Question: EvidencePeak] = [:]
    var ratioPeak = EvidencePeak()

    /// Begins to look at an experiment.
    package init(_ experiment: Experiment) { self.experiment = experiment }

    /// Takes a look.
    package mutating func review(_ tally: Tally) -> Review {
        var comparisons: [Comparison] = []
        for metric in self.experiment.metrics {
            comparisons += Self.comparisons(metric, tally, self.experiment)
        }
        self.judge(&comparisons)
        let ratio = self.ratio(tally)
        if let ratio { self.ratioPeak.observe(ratio.logEvidence) }
        var review = Review(
            comparisons: comparisons, ratio: ratio, ratioPValue: self.ratioPeak.pValue,
            breaches: self.breaches(tally), decision: .goOn(""))
        review.decision = self.decision(review, tally)
        return review
    }

    private func ratio(_ tally: Tally) -> SampleRatio? {
        guard self.experiment.allocation == .fixed else { return nil }
        return SampleRatio(counts: tally.exposures, shares: self.experiment.weights)
    }

    /// Sets p-values and verdicts.
    private mutating func judge(_ comparisons: inout [Comparison]) {
        for index in comparisons.indices where comparisons[index].verdict != .tooFew {
            let question = Question(metric: comparisons[index].metric, arm: comparisons[index].arm)
            self.peaks[question, default: EvidencePeak()].observe(comparisons[index].logEvidence)
            comparisons[index].pValue = self.peaks[question]?.pValue ?? 1
        }
        // Benjamini and Hochberg's correction holds for any dependence when it is given e-values of one moment.
        let isStepUp = self.experiment.analysis.correction == .benjaminiHochberg
        let values = comparisons.map { isStepUp ? min(1, Double.exp(-$0.logEvidence)) : $0.pValue }
        for (index, adjusted) in self.experiment.analysis.correction.adjusted(values).enumerated() {
            comparisons[index].adjustedPValue = adjusted
            guard comparisons[index].verdict != .tooFew, adjusted <= self.experiment.analysis.alpha else { continue }
            let goal = self.experiment.metric(named: comparisons[index].metric)?.goal ?? .increase
            comparisons[index].verdict = comparisons[index].difference * goal.sign > 0 ? .better : .worse
        }
    }

    private func breaches(_ tally: Tally) -> [GuardrailBreach] {
        let candidates = tally.arms.count - 1
        let alpha = self.experiment.analysis.alpha / Double(max(1, self.experiment.guardrails.count * candidates))
        var breaches: [GuardrailBreach] = []
        for guardrail in self.experiment.guardrails {
            let moments = tally.moments(of: guardrail.metric)
            guard let control = moments.first else { continue }
            for (name, arm) in zip(tally.arms, moments).dropFirst() {
                let breach = guardrail.breach(
                    arm: (name, arm), control: control, alpha: alpha, settings: self.experiment.analysis)
                if let breach { breaches.append(breach) }
            }
        }
        return breaches
    }

    /// Guardrails come first, then doubts about the data, then what is better.
    private func decision(_ review: Review, _ tally: Tally) -> Review.Decision {
        if let breach = review.breaches.max(by: { $0.logEvidence < $1.logEvidence }) { return .rollBack(breach) }
        if review.isMismatched {
            let counts = zip(tally.arms, tally.exposures).map { "\($0) \($1)" }.joined(separator: ", ")
            return .distrust(
                "Units do not arrive in the planned shares (\(counts); p = \(review.ratioPValue.formatted(digits: 2))). "
                    + "Look for what is lost on the way.")
        }
        let worse = Set(review.comparisons.filter { $0.verdict == .worse }.map(\.arm))
        let better = review.comparisons.filter { $0.verdict == .better && !worse.contains($0.arm) }
        if let best = better.max(by: { $0.logEvidence < $1.logEvidence }) {
            return .adopt(
                arm: best.arm,
                reason: "\(best.metric) of '\(best.arm)' differs from the control's by "
                    + "\(best.difference.formatted(digits: 4)), p = \(best.adjustedPValue.formatted(digits: 2)).")
        }
        if !worse.isEmpty {
            return .goOn("Worse than the control: \(worse.sorted().joined(separator: ", ")). Nothing is better.")
        }
        let isEarly = review.comparisons.contains { $0.verdict == .tooFew }
        return .goOn(
            isEarly
                ? "Nothing is judged before each arm has \(self.experiment.analysis.minimumUnits) units."
                : "No difference is shown yet.")
    }

    /// Each arm against the control.
    private static func comparisons(_ metric: Metric, _ tally: Tally, _ experiment: Experiment) -> [Comparison] {
        let moments = tally.moments(of: metric.name)
        guard let control = moments.first else { return [] }
        // A covariate's adjustment supposes that the past did not decide who got which arm.
        let adjustment =
            metric.covariate != nil && experiment.allocation == .fixed ? CovariateAdjustment(moments) : nil
        let estimate = { (arm: PairedMoments) in adjustment?.adjusted(arm) ?? MeanEstimate(arm) }
        return zip(tally.arms, moments).dropFirst().map { name, arm in
            let (own, base) = (estimate(arm), estimate(control))
            let error = (own.squaredError + base.squaredError).squareRoot()
            let evidence = Self.evidence(own, base, experiment)
            let isEarly = min(arm.count, control.count) < experiment.analysis.minimumUnits
            var comparison = Comparison(
                metric: metric.name, arm: name, of: (arm, control), difference: own.mean - base.mean,
                standardError: error, halfWidth: isEarly ? .infinity : evidence.halfWidth,
                logEvidence: isEarly ? 0 : evidence.logarithm)
            if isEarly { comparison.verdict = .tooFew }
            comparison.varianceReduction = adjustment?.reduction([arm, control])
            return comparison
        }
    }

    private static func evidence(
        _ arm: MeanEstimate, _ control: MeanEstimate, _ experiment: Experiment
    ) -> (halfWidth: Double, logarithm: Double) {
        let settings = experiment.analysis
        guard experiment.allocation == .fixed else {
            let evidence = ArmwiseEvidence(alpha: settings.alpha, tightestAt: settings.tightestAt)
            return (evidence.halfWidth(arm, control), evidence.logEvidence(arm, control))
        }
        let sequence = ConfidenceSequence(alpha: settings.alpha, tightestAt: settings.tightestAt)
        let error = (arm.squaredError + control.squaredError).squareRoot()
        let count = arm.count + control.count
        return (
            sequence.halfWidth(standardError: error, count: count),
            sequence.logEvidence(estimate: arm.mean - control.mean, standardError: error, count: count)
        )
    }
}
