// SPDX-License-Identifier: Apache-2.0

internal import Experiments
internal import LLMCore

/// What outcomes show, for people and for programs.
struct AnalysisReport {
    let experiment: Experiment
    let history: OutcomeHistory
    /// How many rows were left out.
    let repetitions: Int
    /// The metric whose interval is drawn.
    let drawn: String?

    private var review: Review? { self.history.looks.last?.review }

    /// The table, the picture and the decision.
    var lines: [String] {
        guard let review else { return [] }
        let tally = self.history.tally
        let units = zip(tally.arms, tally.exposures).map { "\($0) \($1)" }.joined(separator: ", ")
        var lines = ["\(self.experiment.name): \(tally.exposures.reduce(0, +)) units (\(units))"]
        if self.repetitions > 0 { lines.append("left out: \(self.repetitions) further rows of units that had one") }
        if review.ratio != nil {
            lines.append(
                "shares: \(review.isMismatched ? "MISMATCH" : "as planned"), p = \(review.ratioPValue.formatted(digits: 3))"
            )
        }
        if !review.comparisons.isEmpty { lines += ["", Self.header] + review.comparisons.map(Self.row) }
        for comparison in review.comparisons where comparison.metric == self.drawn {
            lines += [""] + SequencePicture(self.history.looks, metric: comparison.metric, arm: comparison.arm).lines
        }
        return lines + ["", "decision: \(review.decision.name). \(review.decision.reason)"]
    }

    /// One JSON object.
    var json: JSONValue {
        guard let review else { return [:] }
        let tally = self.history.tally
        return [
            "experiment": .string(self.experiment.name), "alpha": .number(self.experiment.analysis.alpha),
            "units": .array(
                zip(tally.arms, tally.exposures).map { ["arm": .string($0), "units": .integer($1)] }),
            "repeated_rows": .integer(self.repetitions),
            "sample_ratio": review.ratio.map { ratio in
                [
                    "p_value": .number(review.ratioPValue), "mismatch": .bool(review.isMismatched),
                    "chi_square_p_value": .number(ratio.fixedPValue),
                ]
            } ?? nil,
            "comparisons": .array(review.comparisons.map(Self.json)),
            "breaches": .array(review.breaches.map(Self.json)),
            "decision": ["action": .string(review.decision.name), "reason": .string(review.decision.reason)],
            "looks": .array(
                self.history.looks.map { look in
                    [
                        "units": .integer(look.units),
                        "comparisons": .array(look.review.comparisons.map(Self.json)),
                    ]
                }),
        ]
    }

    private static let header =
        "metric".padding(to: 14) + "arm".padding(to: 12) + "control".padding(to: 10) + "arm's".padding(to: 10)
        + "difference [valid at every look]".padding(to: 36) + "p".padding(to: 9) + "corrected".padding(to: 11)
        + "verdict"

    private static func row(_ comparison: Comparison) -> String {
        let interval =
            comparison.halfWidth.isFinite
            ? " [\(comparison.lower.formatted(digits: 3)), \(comparison.upper.formatted(digits: 3))]" : ""
        let saving = comparison.varianceReduction.map { "  (variance -\(($0 * 100).formatted(digits: 2)) %)" } ?? ""
        return comparison.metric.padding(to: 14) + comparison.arm.padding(to: 12)
            + comparison.controlMean.formatted(digits: 4).padding(to: 10)
            + comparison.mean.formatted(digits: 4).padding(to: 10)
            + (comparison.difference.formatted(digits: 3) + interval).padding(to: 36)
            + comparison.pValue.formatted(digits: 2).padding(to: 9)
            + comparison.adjustedPValue.formatted(digits: 2).padding(to: 11) + comparison.verdict.rawValue + saving
    }

    private static func json(_ comparison: Comparison) -> JSONValue {
        let isJudged = comparison.halfWidth.isFinite
        return [
            "metric": .string(comparison.metric), "arm": .string(comparison.arm),
            "arm_units": .integer(comparison.counts.arm), "control_units": .integer(comparison.counts.control),
            "control_mean": .number(comparison.controlMean), "arm_mean": .number(comparison.mean),
            "difference": .number(comparison.difference),
            "relative_difference": comparison.relative.map { .number($0) } ?? nil,
            "standard_error": comparison.standardError.isFinite ? .number(comparison.standardError) : nil,
            "lower": isJudged ? .number(comparison.lower) : nil, "upper": isJudged ? .number(comparison.upper) : nil,
            "log_e_value": .number(comparison.logEvidence), "p_value": .number(comparison.pValue),
            "adjusted_p_value": .number(comparison.adjustedPValue),
            "variance_reduction": comparison.varianceReduction.map { .number($0) } ?? nil,
            "verdict": .string(comparison.verdict.rawValue),
        ]
    }

    private static func json(_ breach: GuardrailBreach) -> JSONValue {
        [
            "metric": .string(breach.guardrail.metric), "arm": .string(breach.arm), "reason": .string(breach.reason),
            "arm_mean": .number(breach.mean), "control_mean": .number(breach.controlMean),
            "excess": .number(breach.excess), "excess_lower": .number(breach.lower),
            "log_e_value": .number(breach.logEvidence),
        ]
    }
}
