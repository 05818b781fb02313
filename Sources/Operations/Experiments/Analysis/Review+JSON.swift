// SPDX-License-Identifier: Apache-2.0

package import LLMCore

extension Review {
    /// The look as programs read it: shares, comparisons, broken guardrails, and what should be done.
    package var json: JSONValue {
        [
            "sample_ratio": self.ratio.map { ratio in
                [
                    "p_value": .number(self.ratioPValue), "mismatch": .bool(self.isMismatched),
                    "chi_square_p_value": .number(ratio.fixedPValue),
                ]
            } ?? nil,
            "comparisons": .array(self.comparisons.map(\.json)), "breaches": .array(self.breaches.map(\.json)),
            "decision": ["action": .string(self.decision.name), "reason": .string(self.decision.reason)],
        ]
    }
}

extension Comparison {
    /// The comparison as programs read it; bounds are null while there are too few units.
    package var json: JSONValue {
        let isJudged = self.halfWidth.isFinite
        return [
            "metric": .string(self.metric), "arm": .string(self.arm),
            "arm_units": .integer(self.counts.arm), "control_units": .integer(self.counts.control),
            "control_mean": .number(self.controlMean), "arm_mean": .number(self.mean),
            "difference": .number(self.difference),
            "relative_difference": self.relative.map { .number($0) } ?? nil,
            "standard_error": self.standardError.isFinite ? .number(self.standardError) : nil,
            "lower": isJudged ? .number(self.lower) : nil, "upper": isJudged ? .number(self.upper) : nil,
            "log_e_value": .number(self.logEvidence), "p_value": .number(self.pValue),
            "adjusted_p_value": .number(self.adjustedPValue),
            "variance_reduction": self.varianceReduction.map { .number($0) } ?? nil,
            "verdict": .string(self.verdict.rawValue),
        ]
    }
}

extension GuardrailBreach {
    /// The breach as programs read it.
    package var json: JSONValue {
        [
            "metric": .string(self.guardrail.metric), "arm": .string(self.arm), "reason": .string(self.reason),
            "arm_mean": .number(self.mean), "control_mean": .number(self.controlMean),
            "excess": .number(self.excess), "excess_lower": .number(self.lower),
            "log_e_value": .number(self.logEvidence),
        ]
    }
}
