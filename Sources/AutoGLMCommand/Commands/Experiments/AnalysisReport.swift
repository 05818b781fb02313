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
        let (tally, look) = (self.history.tally, review.json)
        return [
            "experiment": .string(self.experiment.name), "alpha": .number(self.experiment.analysis.alpha),
            "units": .array(
                zip(tally.arms, tally.exposures).map { ["arm": .string($0), "units": .integer($1)] }),
            "repeated_rows": .integer(self.repetitions),
            "sample_ratio": look["sample_ratio"] ?? nil, "comparisons": look["comparisons"] ?? [],
            "breaches": look["breaches"] ?? [], "decision": look["decision"] ?? nil,
            "looks": .array(
                self.history.looks.map { look in
                    [
                        "units": .integer(look.units),
                        "comparisons": .array(look.review.comparisons.map(\.json)),
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
}
