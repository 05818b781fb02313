// SPDX-License-Identifier: Apache-2.0

/// A rule that was not fitted to anything, which an adaptive cascade is compared with.
package enum StaticRule: Sendable, Hashable {
    /// Always this decider, and no other.
    case always(Int)
    /// The next decider where the score, as the model gives it, is below a number that people choose.
    case fixed(threshold: Double)

    /// What a rule gives and costs.
    package struct Result: Sendable, Hashable {
        /// The rule.
        package let rule: StaticRule
        /// The share of right answers.
        package let accuracy: Double
        /// What an input costs in the mean.
        package let cost: Double
    }

    /// The thresholds that are tried.
    package static let thresholds = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]

    /// Its name.
    package var name: String {
        switch self {
        case .always(let stage): "always \(stage + 1)"
        case .fixed(let threshold): "below \(threshold)"
        }
    }

    /// All rules for so many deciders.
    package static func all(stages: Int) -> [Self] {
        (0..<stages).map { .always($0) } + Self.thresholds.map { .fixed(threshold: $0) }
    }

    /// Follows the rule.
    ///
    /// - Parameter records: At least one, of deciders that answer by themselves.
    package func result(on records: [CascadeRecord]) -> Result {
        var (right, cost) = (0, 0.0)
        for record in records {
            switch self {
            case .always(let stage):
                right += record.stages[stage].isRight ? 1 : 0
                cost += record.stages[stage].cost
            case .fixed(let threshold):
                let stage = record.answering(at: threshold)
                right += record.stages[stage].isRight ? 1 : 0
                cost += record.cost(upTo: stage)
            }
        }
        let count = Double(max(1, records.count))
        return Result(rule: self, accuracy: Double(right) / count, cost: cost / count)
    }

    /// The best accuracy that static rules reach at a cost: that of a rule which costs at most as much, or of choosing by chance between the
    /// first decider and the last.
    ///
    /// - Parameter results: What ``all(stages:)`` give, in that order.
    /// - Returns: nil below the cheapest rule's cost.
    package static func bestAccuracy(atCost cost: Double, of results: [Result]) -> Double? {
        guard let best = results.filter({ $0.cost <= cost }).map(\.accuracy).max() else { return nil }
        let always = results.filter { if case .always = $0.rule { true } else { false } }
        guard let first = always.first, let last = always.last, (first.cost..<last.cost).contains(cost) else {
            return best
        }
        let share = (cost - first.cost) / (last.cost - first.cost)
        return max(best, first.accuracy + share * (last.accuracy - first.accuracy))
    }
}
