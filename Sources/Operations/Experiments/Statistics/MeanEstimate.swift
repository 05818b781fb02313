// SPDX-License-Identifier: Apache-2.0

/// What is known of one mean: its value, and the variance and the number of what it is the mean of.
package struct MeanEstimate: Sendable, Hashable {
    /// The mean.
    package var mean: Double
    /// The variance of one observation.
    package var variance: Double
    /// How many observations there are.
    package var count: Int

    /// Makes an estimate.
    package init(mean: Double, variance: Double, count: Int) {
        self.mean = mean
        self.variance = variance
        self.count = count
    }

    /// The estimate that moments make, covariates left aside.
    package init(_ moments: PairedMoments) {
        self.init(mean: moments.mean, variance: moments.variance, count: moments.count)
    }

    /// The squared standard error of the mean; infinite without observations.
    package var squaredError: Double { self.count > 0 ? self.variance / Double(self.count) : .infinity }
}
