// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// Evidence on the difference of two arms that stays valid when the past decided how many units each arm got.
///
/// A Gaussian mixture for each arm by itself is a martingale whatever the order of pulls, and so is the product of two; the
/// evidence against "no difference" is the product's smallest value over all common means (compare Kaufmann and Koolen
/// 2021). It is weaker than ``ConfidenceSequence``, which wants assignment by fixed shares.
package struct ArmwiseEvidence: Sendable, Hashable {
    private let alpha: Double
    private let mixture: Double

    /// Makes evidence that is strongest near a number of observations of both arms together.
    package init(alpha: Double, tightestAt: Double) {
        self.alpha = alpha
        self.mixture = ConfidenceSequence(alpha: alpha, tightestAt: tightestAt / 2).mixture
    }

    /// Half the width of the interval around the difference of two means.
    package func halfWidth(_ left: MeanEstimate, _ right: MeanEstimate) -> Double {
        let precision = self.precision(left, right)
        guard precision > 0 else { return .infinity }
        return (2 / precision * (self.penalty(left, right) - .log(self.alpha))).squareRoot()
    }

    /// The logarithm of the e-value against the hypothesis that two means are equal.
    package func logEvidence(_ left: MeanEstimate, _ right: MeanEstimate) -> Double {
        let distance = left.mean - right.mean
        let information = distance == 0 ? 0 : self.precision(left, right) * distance * distance
        return 0.5 * information - self.penalty(left, right)
    }

    private func penalty(_ left: MeanEstimate, _ right: MeanEstimate) -> Double {
        0.5
            * (Double.log(onePlus: Double(left.count) * self.mixture)
                + .log(onePlus: Double(right.count) * self.mixture))
    }

    /// How sharply both arms together tell a difference.
    private func precision(_ left: MeanEstimate, _ right: MeanEstimate) -> Double {
        let (first, second) = (self.precision(left), self.precision(right))
        guard first > 0, second > 0 else { return 0 }
        guard first < .infinity else { return second }
        guard second < .infinity else { return first }
        return first * second / (first + second)
    }

    private func precision(_ arm: MeanEstimate) -> Double {
        let growth = Double(arm.count) * self.mixture
        return arm.count > 0 ? Double(arm.count) * growth / (arm.variance * (1 + growth)) : 0
    }
}
