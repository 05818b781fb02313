// SPDX-License-Identifier: Apache-2.0

/// Count, means, variances and covariance of pairs of values, in one pass and constant memory.
///
/// Welford's and Chan's updates: nothing is squared before its mean is taken away, so large values with small
/// differences keep their variance, and parts that were counted apart merge into what one count would have given.
package struct PairedMoments: Sendable, Hashable {
    /// How many pairs there are.
    package private(set) var count = 0
    /// The mean of the outcomes.
    package private(set) var mean = 0.0
    /// The mean of the covariates.
    package private(set) var covariateMean = 0.0
    private var squares = 0.0
    private var covariateSquares = 0.0
    private var products = 0.0

    /// Nothing counted yet.
    package init() {}

    /// What was counted elsewhere; sums are of squares and products of distances from the means.
    package init(
        count: Int, mean: Double, squares: Double, covariateMean: Double = 0, covariateSquares: Double = 0,
        products: Double = 0
    ) {
        self.count = count
        self.mean = mean
        self.squares = squares
        self.covariateMean = covariateMean
        self.covariateSquares = covariateSquares
        self.products = products
    }

    /// Counts one more pair; without a covariate it is 0.
    package mutating func add(_ value: Double, covariate: Double = 0) {
        self.count += 1
        let weight = 1 / Double(self.count)
        let distance = value - self.mean
        let covariateDistance = covariate - self.covariateMean
        self.mean += distance * weight
        self.covariateMean += covariateDistance * weight
        self.squares += distance * (value - self.mean)
        self.covariateSquares += covariateDistance * (covariate - self.covariateMean)
        self.products += distance * (covariate - self.covariateMean)
    }

    /// Counts what another counted.
    package mutating func merge(_ other: Self) {
        guard other.count > 0 else { return }
        guard self.count > 0 else { return self = other }
        let total = Double(self.count + other.count)
        let share = Double(other.count) / total
        let weight = Double(self.count) * share
        let distance = other.mean - self.mean
        let covariateDistance = other.covariateMean - self.covariateMean
        self.mean += distance * share
        self.covariateMean += covariateDistance * share
        self.squares += other.squares + distance * distance * weight
        self.covariateSquares += other.covariateSquares + covariateDistance * covariateDistance * weight
        self.products += other.products + distance * covariateDistance * weight
        self.count += other.count
    }

    /// The outcomes' variance, an unbiased estimate; 0 below two pairs.
    package var variance: Double { self.perDegree(self.squares) }
    /// The covariates' variance.
    package var covariateVariance: Double { self.perDegree(self.covariateSquares) }
    /// The covariance of outcomes and covariates.
    package var covariance: Double { self.perDegree(self.products) }

    /// The sums as they are kept: squares of outcomes, squares of covariates, products.
    package var sums: (squares: Double, covariateSquares: Double, products: Double) {
        (self.squares, self.covariateSquares, self.products)
    }

    private func perDegree(_ sum: Double) -> Double { self.count > 1 ? sum / Double(self.count - 1) : 0 }
}
