// SPDX-License-Identifier: Apache-2.0

/// CUPED: takes out of an outcome what a value from before the experiment already foretold (Deng and others 2013).
///
/// One slope for all arms, covariance over variance within arms; each arm's mean moves by the slope times the distance of
/// its covariates' mean from that of all. Means stay unbiased since assignment cannot depend on what was before.
package struct CovariateAdjustment: Sendable, Hashable {
    /// How much the outcome changes with the covariate.
    package let slope: Double
    private let center: Double

    /// Finds the slope from the moments of all arms.
    package init(_ arms: [PairedMoments]) {
        let (products, squares) = arms.reduce(into: (0.0, 0.0)) { sums, arm in
            sums.0 += arm.sums.products
            sums.1 += arm.sums.covariateSquares
        }
        var all = PairedMoments()
        for arm in arms { all.merge(arm) }
        self.slope = squares > 0 ? products / squares : 0
        self.center = all.covariateMean
    }

    /// An arm's mean and variance after the adjustment.
    package func adjusted(_ arm: PairedMoments) -> MeanEstimate {
        let variance =
            arm.variance - 2 * self.slope * arm.covariance + self.slope * self.slope * arm.covariateVariance
        return MeanEstimate(
            mean: arm.mean - self.slope * (arm.covariateMean - self.center), variance: max(0, variance),
            count: arm.count)
    }

    /// The share of the variance within arms that the adjustment takes away.
    package func reduction(_ arms: [PairedMoments]) -> Double {
        let before = arms.reduce(0) { $0 + $1.variance * Double($1.count) }
        let after = arms.reduce(0) { $0 + self.adjusted($1).variance * Double($1.count) }
        return before > 0 ? 1 - after / before : 0
    }
}
