// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// Confidence intervals and evidence that stay valid however often one looks.
///
/// The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021, equation 9). Its boundary
/// is that of a Gaussian mixture, so the same expression solved for the error probability is the mixture sequential
/// probability ratio test: interval and evidence always agree. See docs/experiments.md for the formulas.
package struct ConfidenceSequence: Sendable, Hashable {
    /// The probability that the sequence ever excludes the truth, at most.
    package let alpha: Double
    /// The variance of the mixture, which decides where the sequence is tightest.
    package let mixture: Double

    /// Makes a sequence that is tightest near a number of observations.
    ///
    /// - Parameters:
    ///   - alpha: The probability of an error, between 0 and 1.
    ///   - tightestAt: The number of observations at which decisions are expected.
    package init(alpha: Double, tightestAt: Double) {
        let argument = -2 * Double.log(alpha)
        self.alpha = alpha
        self.mixture = (argument + .log(argument + 1)) / tightestAt
    }

    /// Half the width of the interval around an estimate.
    ///
    /// - Parameters:
    ///   - standardError: The estimate's standard error.
    ///   - count: The observations it is made of.
    package func halfWidth(standardError: Double, count: Int) -> Double {
        guard count > 0, standardError.isFinite else { return .infinity }
        let growth = Double(count) * self.mixture
        return standardError
            * (2 * (growth + 1) / growth * (0.5 * .log(onePlus: growth) - .log(self.alpha))).squareRoot()
    }

    /// The logarithm of the e-value against the hypothesis that an estimate's truth is zero.
    ///
    /// An e-value's mean is at most 1 if the hypothesis is true, at every time one may stop: 20 is evidence at 5 %.
    package func logEvidence(estimate: Double, standardError: Double, count: Int) -> Double {
        guard count > 0, standardError.isFinite else { return 0 }
        guard standardError > 0 else { return estimate == 0 ? 0 : .infinity }
        let growth = Double(count) * self.mixture
        let score = estimate / standardError
        return score * score * growth / (2 * (growth + 1)) - 0.5 * .log(onePlus: growth)
    }

    /// How far below an estimate the truth may lie, for one side alone.
    package func oneSidedWidth(standardError: Double, count: Int) -> Double {
        guard count > 0, standardError.isFinite else { return .infinity }
        let growth = Double(count) * self.mixture
        let argument = 1 + (growth + 1).squareRoot() / (2 * self.alpha)
        return standardError * (2 * (growth + 1) / growth * .log(argument)).squareRoot()
    }

    /// The logarithm of the e-value against the hypothesis that an estimate's truth is zero or less.
    ///
    /// The mixture is over positive effects only, half of a Gaussian.
    package func oneSidedLogEvidence(estimate: Double, standardError: Double, count: Int) -> Double {
        guard count > 0, standardError.isFinite else { return 0 }
        guard standardError > 0 else { return estimate > 0 ? .infinity : 0 }
        let growth = Double(count) * self.mixture
        let score = estimate / standardError
        let side = NormalDistribution.cumulative(score * (growth / (growth + 1)).squareRoot())
        guard side > 0 else { return -.infinity }
        let square = score * score * growth / (2 * (growth + 1))
        return square - 0.5 * .log(onePlus: growth) + .log(2 * side)
    }
}
