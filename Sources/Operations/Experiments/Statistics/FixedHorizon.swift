// SPDX-License-Identifier: Apache-2.0

/// The test that looks once, for comparison: the two-sample z-test.
package enum FixedHorizon {
    /// The two-sided p-value of a difference, valid for a single look that was planned before.
    package static func pValue(estimate: Double, standardError: Double) -> Double {
        guard standardError > 0 else { return estimate == 0 ? 1 : 0 }
        return 2 * NormalDistribution.tail(abs(estimate / standardError))
    }

    /// How many units in all two arms need to find a difference.
    ///
    /// - Parameters:
    ///   - effect: The smallest difference that matters.
    ///   - variances: One observation's variance in each arm.
    ///   - shares: The arms' shares of the units.
    ///   - alpha: The probability of finding what is not there.
    ///   - power: The probability of finding what is there.
    package static func units(
        effect: Double, variances: (Double, Double), shares: (Double, Double), alpha: Double, power: Double
    ) -> Double {
        let quantiles = NormalDistribution.quantile(1 - alpha / 2) + NormalDistribution.quantile(power)
        return quantiles * quantiles * (variances.0 / shares.0 + variances.1 / shares.1) / (effect * effect)
    }
}
