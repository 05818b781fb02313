// SPDX-License-Identifier: Apache-2.0

/// How far scores are from how often they are right: the expected calibration error (Naeini, Cooper and Hauskrecht, 2015).
public enum CalibrationError {
    /// The mean distance of score and share of right ones over bins of equal width, each counting by its outcomes.
    ///
    /// - Parameters:
    ///   - outcomes: Scores from 0 to 1, and whether what had them was right.
    ///   - bins: How many bins there are.
    public static func expected(_ outcomes: [(score: Double, isRight: Bool)], bins: Int = 15) -> Double {
        var sums = [Double](repeating: 0, count: max(1, bins))
        for (score, isRight) in outcomes where score >= 0 {
            let bin = min(sums.count - 1, Int(min(1, score) * Double(sums.count)))
            sums[bin] += score - (isRight ? 1 : 0)
        }
        return sums.reduce(0) { $0 + abs($1) } / Double(max(1, outcomes.count))
    }
}
