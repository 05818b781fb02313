// SPDX-License-Identifier: Apache-2.0

/// The shares of units that tell the best of Gaussian arms of one variance soonest (Garivier and Kaufmann 2016).
///
/// What track-and-stop tracks; here it is what the top-two rule is compared with.
package enum OptimalShares {
    /// The shares for means that are known; equal ones where two means are best.
    package static func shares(_ means: [Double]) -> [Double] {
        guard let best = means.indices.max(by: { means[$0] < means[$1] }) else { return [] }
        let costs = means.indices.filter { $0 != best }.map { pow2(means[best] - means[$0]) / 2 }
        guard let smallest = costs.min(), smallest > 0 else { return means.map { _ in 1 / Double(means.count) } }
        // Each other arm's share over the best one's is y / (cost - y); the right y makes their squares add up to 1.
        var (low, high) = (0.0, smallest)
        for _ in 0..<100 {
            let y = (low + high) / 2
            if costs.reduce(0, { $0 + pow2(y / ($1 - y)) }) < 1 { low = y } else { high = y }
        }
        var ratios = costs.map { low / ($0 - low) }
        ratios.insert(1, at: best)
        let sum = ratios.reduce(0, +)
        return ratios.map { $0 / sum }
    }

    private static func pow2(_ value: Double) -> Double { value * value }
}
