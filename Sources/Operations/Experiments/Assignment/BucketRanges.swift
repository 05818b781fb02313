// SPDX-License-Identifier: Apache-2.0

/// Which part of the numbers from 0 to 1 belongs to which arm, as GrowthBook lays them out.
package struct BucketRanges: Sendable, Hashable {
    /// One range an arm; each holds its lower bound and not its upper one.
    package let ranges: [Range<Double>]
    /// How far weights may add up to something else than 1.
    package static let tolerance = 0.01

    /// Lays out ranges.
    ///
    /// An arm begins where the arms before it would end at full coverage, so that more coverage only adds units.
    /// - Parameters:
    ///   - arms: How many arms there are.
    ///   - coverage: The share of units that take part; what is outside of 0 to 1 is taken as the nearest of them.
    ///   - weights: The arms' shares; equal ones where none are given, the number is wrong or the sum is further than
    ///     ``tolerance`` from 1.
    package init(arms: Int, coverage: Double = 1, weights: [Double]? = nil) {
        let equal = [Double](repeating: 1 / Double(max(1, arms)), count: max(0, arms))
        var shares = weights ?? equal
        let sum = shares.reduce(0, +)
        if shares.count != arms || !(abs(sum - 1) <= Self.tolerance) || shares.contains(where: { $0 < 0 }) {
            shares = equal
        }
        let coverage = coverage.isNaN ? 0 : min(1, max(0, coverage))
        var start = 0.0
        self.ranges = shares.map { share in
            defer { start += share }
            return start..<(start + coverage * share)
        }
    }

    /// The arm whose range holds a number, if there is one.
    package func arm(at bucket: Double) -> Int? { self.ranges.firstIndex { $0.contains(bucket) } }
}
