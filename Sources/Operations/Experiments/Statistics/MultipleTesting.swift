// SPDX-License-Identifier: Apache-2.0

/// How p-values are corrected when several questions are asked at once.
package enum MultipleTesting: String, Sendable, CaseIterable {
    /// Holm's step-down: the probability of any false finding stays below α, however the questions depend on each other.
    case holm
    /// Benjamini and Hochberg's step-up: of the findings, a share of α at most is false.
    ///
    /// Over 1/e-values of one moment this is the e-BH procedure, which holds for any dependence (Wang and Ramdas 2022).
    case benjaminiHochberg = "benjamini-hochberg"
    /// Each question stands alone.
    case none

    /// P-values to be held against α, in the order given.
    package func adjusted(_ values: [Double]) -> [Double] {
        let count = values.count
        let order = values.indices.sorted { values[$0] < values[$1] }
        var result = values
        switch self {
        case .none: break
        case .holm:
            var highest = 0.0
            for (rank, index) in order.enumerated() {
                highest = max(highest, min(1, values[index] * Double(count - rank)))
                result[index] = highest
            }
        case .benjaminiHochberg:
            var lowest = 1.0
            for (rank, index) in order.enumerated().reversed() {
                lowest = min(lowest, values[index] * Double(count) / Double(rank + 1))
                result[index] = lowest
            }
        }
        return result
    }
}
