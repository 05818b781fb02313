// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import RealModule

/// A guardrail that an arm breaks, with the evidence for it.
package struct GuardrailBreach: Sendable, Hashable {
    /// The guardrail.
    package var guardrail: Guardrail
    /// The arm that breaks it.
    package var arm: String
    /// The arm's mean.
    package var mean: Double
    /// The control's mean.
    package var controlMean: Double
    /// How much worse than allowed the arm is, as estimated.
    package var excess: Double
    /// How much worse than allowed it is at least, at the guardrail's share of α.
    package var lower: Double
    /// The logarithm of the e-value against "no worse than allowed".
    package var logEvidence: Double

    /// Describes a breach.
    package init(
        guardrail: Guardrail, arm: String, mean: Double, controlMean: Double, excess: Double, lower: Double,
        logEvidence: Double
    ) {
        self.guardrail = guardrail
        self.arm = arm
        self.mean = mean
        self.controlMean = controlMean
        self.excess = excess
        self.lower = lower
        self.logEvidence = logEvidence
    }

    /// What happened, for whoever reads why an arm was taken back.
    package var reason: String {
        let direction = self.guardrail.goal == .increase ? "lower" : "higher"
        return "\(self.guardrail.metric) of '\(self.arm)' is \(direction) than allowed: "
            + "\(self.mean.formatted(digits: 4)) against \(self.controlMean.formatted(digits: 4)) of the control, "
            + "beyond the limit by \(self.excess.formatted(digits: 4)) "
            + "(e-value \(Double.exp(min(700, self.logEvidence)).formatted(digits: 3)))."
    }
}

extension Guardrail {
    /// How much worse than allowed an arm is: an estimate and its standard error.
    ///
    /// With `s` = 1 where more is worse, else -1, and the relative allowance `r`: s·arm - (s + r)·control - allowed.
    func excess(arm: MeanEstimate, control: MeanEstimate) -> (estimate: Double, standardError: Double) {
        let sign = -self.goal.sign
        let factor = sign + self.relative
        return (
            sign * arm.mean - factor * control.mean - self.allowed,
            (arm.squaredError + factor * factor * control.squaredError).squareRoot()
        )
    }

    /// The breach that a tally shows, if there is one.
    ///
    /// - Parameter alpha: The probability of taking back an arm that is no worse than allowed, for this guardrail and arm.
    func breach(
        arm: (name: String, moments: PairedMoments), control: PairedMoments, alpha: Double, settings: AnalysisSettings
    ) -> GuardrailBreach? {
        guard min(arm.moments.count, control.count) >= settings.minimumUnits else { return nil }
        let excess = self.excess(arm: MeanEstimate(arm.moments), control: MeanEstimate(control))
        let sequence = ConfidenceSequence(alpha: alpha, tightestAt: settings.tightestAt)
        let count = arm.moments.count + control.count
        let evidence = sequence.oneSidedLogEvidence(
            estimate: excess.estimate, standardError: excess.standardError, count: count)
        guard evidence >= -Double.log(alpha) else { return nil }
        return GuardrailBreach(
            guardrail: self, arm: arm.name, mean: arm.moments.mean, controlMean: control.mean, excess: excess.estimate,
            lower: excess.estimate - sequence.oneSidedWidth(standardError: excess.standardError, count: count),
            logEvidence: evidence)
    }
}

extension Double {
    /// A number for people: a few significant digits.
    package func formatted(digits: Int) -> String {
        guard self.isFinite, self != 0 else { return self == 0 ? "0" : "\(self)" }
        let exponent = Int(Double.log10(abs(self)).rounded(.down))
        guard (-4..<7).contains(exponent) else {
            return "\((self / .pow(10, exponent)).formatted(digits: digits))e\(exponent)"
        }
        let places = max(0, digits - 1 - exponent)
        let scale = Double.pow(10, places)
        let scaled = (abs(self) * scale).rounded()
        let (whole, fraction) = (Int(scaled / scale), Int(scaled.truncatingRemainder(dividingBy: scale)))
        let sign = self < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        let written = "\(fraction)"
        return "\(sign)\(whole).\(String(repeating: "0", count: max(0, places - written.count)))\(written)"
    }
}
