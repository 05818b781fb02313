// SPDX-License-Identifier: Apache-2.0

/// How arms stand on the metric that decides; larger means are better here, whatever the metric's goal.
package struct ArmStandings: Sendable, Hashable {
    /// What is known of each arm.
    package let estimates: [MeanEstimate]
    /// What is believed of each arm.
    package let posteriors: [Posterior]
    private let sign: Double

    /// Reads how arms stand out of their moments.
    package init(_ arms: [PairedMoments], metric: Metric) {
        let degrees = arms.reduce(0) { $0 + max(0, $1.count - 1) }
        let squares = arms.reduce(0) { $0 + $1.sums.squares }
        // Arms share one variance for means, which is known sooner than that of each.
        let pooled = degrees > 0 && squares > 0 ? squares / Double(degrees) : 1
        self.sign = metric.goal.sign
        self.posteriors = arms.map { Posterior($0, kind: metric.kind, variance: pooled) }
        self.estimates = arms.map { arm in
            let rate = (arm.mean * Double(arm.count) + 0.5) / (Double(arm.count) + 1)
            return MeanEstimate(
                mean: metric.goal.sign * arm.mean, variance: metric.kind == .mean ? pooled : rate * (1 - rate),
                count: arm.count)
        }
    }

    /// The arm with the best mean so far.
    package var best: Int {
        self.estimates.indices.max { self.estimates[$0].mean < self.estimates[$1].mean } ?? 0
    }

    /// The arm that is best in one draw from what is believed of each.
    package func drawBest(using generator: inout some RandomNumberGenerator) -> Int {
        var (best, highest) = (0, -Double.infinity)
        for (index, posterior) in self.posteriors.enumerated() {
            let value = self.sign * posterior.sample(using: &generator)
            if value > highest { (best, highest) = (index, value) }
        }
        return best
    }
}
