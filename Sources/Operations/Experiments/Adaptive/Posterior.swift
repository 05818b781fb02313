// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// What is believed of an arm's mean after what was seen.
package enum Posterior: Sendable, Hashable {
    /// Of a success rate; begins as Beta(1, 1), every rate equally likely.
    case beta(successes: Double, failures: Double)
    /// Of a mean, from a flat beginning.
    case gaussian(mean: Double, deviation: Double)

    /// What a tally's moments say of an arm.
    ///
    /// - Parameters:
    ///   - moments: What was counted.
    ///   - kind: What values there are.
    ///   - variance: One observation's variance where the arm's own is not known well, for means.
    package init(_ moments: PairedMoments, kind: Metric.Kind, variance: Double) {
        let count = Double(moments.count)
        switch kind {
        case .proportion:
            let successes = (moments.mean * count).rounded()
            self = .beta(successes: 1 + successes, failures: 1 + count - successes)
        case .mean:
            self = .gaussian(mean: moments.mean, deviation: (variance / max(1, count)).squareRoot())
        }
    }

    /// A value that the mean may have, as likely as it is believed.
    package func sample(using generator: inout some RandomNumberGenerator) -> Double {
        switch self {
        case .beta(let successes, let failures): Variates.beta(successes, failures, using: &generator)
        case .gaussian(let mean, let deviation): mean + deviation * Variates.normal(using: &generator)
        }
    }

    /// Between which values the mean lies with a probability, leaving out as much on either side.
    package func interval(_ probability: Double) -> ClosedRange<Double> {
        let side = (1 - probability) / 2
        switch self {
        case .beta(let successes, let failures):
            let lower = GammaFunctions.betaQuantile(successes, failures, side)
            return lower...max(lower, GammaFunctions.betaQuantile(successes, failures, 1 - side))
        case .gaussian(let mean, let deviation):
            let half = -NormalDistribution.quantile(side) * deviation
            return (mean - half)...(mean + half)
        }
    }
}
