// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// A cascade that was fitted on one part of some examples, and judged by another.
package struct CascadeSplit: Sendable {
    /// Which examples are for what; no example is in two parts.
    package struct Parts: Sendable {
        /// Weights of the models' opinions are fitted on a fifth, thresholds on two fifths; the last two fifths are judged by.
        package let weights: ArraySlice<Int>, thresholds: ArraySlice<Int>, judged: ArraySlice<Int>

        /// Splits so many examples by chance.
        package init(_ count: Int, using generator: inout some RandomNumberGenerator) {
            let order = Array(0..<count).shuffled(using: &generator)
            let (first, second) = (count / 5, count / 5 + (count - count / 5) / 2)
            (self.weights, self.thresholds, self.judged) = (order[..<first], order[first..<second], order[second...])
        }
    }

    /// A cost with what can be had for it.
    package struct Reach: Sendable, Hashable {
        /// The cost of an example in the mean, as a share of what the last model costs by itself.
        package let cost: Double
        /// The accuracy of the cascade whose threshold costs that.
        package let adaptive: Double
        /// The accuracy of the best static rules of that cost, found with hindsight on the part itself.
        package let best: Double
    }

    /// How many costs the curve is looked at.
    package static let reaches = 41

    /// The accuracy of each model by itself, on the part that is judged by.
    package let alone: [Double]
    /// Static rules on that part; costs are shares of what the last model costs.
    package let rules: [StaticRule.Result]
    /// Cascades of many costs, from that of the first model to that of all of them.
    package let curve: [Reach]
    /// Whether a threshold was found that keeps the promise; where not, that with the fewest errors is taken.
    package let isPromised: Bool
    /// The accuracy with that threshold.
    package let accuracy: Double
    /// What that costs, as a share of what the last model costs.
    package let cost: Double
    /// How far the first model's confidences are from the truth, before and after its weight was fitted.
    package let calibrationErrors: (before: Double, after: Double)
    /// The share of examples that each model answered.
    package let answered: [Double]

    /// Fits and judges.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidRecords` where there are too few examples.
    package init(_ examples: some CascadeMaterial, _ parts: Parts, promising promise: ErrorPromise) throws {
        let fit = try examples.fit(on: parts.weights)
        let fitted = try CascadeCurve(examples.records(of: parts.thresholds, by: fit))
        let (alone, pooled) = (
            examples.recordsAlone(of: parts.judged), examples.records(of: parts.judged, by: fit)
        )
        let curve = try CascadeCurve(pooled)
        let stages = alone[0].stages.count
        func meanCost(_ stage: Int) -> Double {
            alone.reduce(0) { $0 + $1.stages[stage].cost } / Double(alone.count)
        }
        let dear = meanCost(stages - 1)
        let rules = StaticRule.all(stages: stages).map { rule in
            let result = rule.result(on: alone)
            return StaticRule.Result(rule: rule, accuracy: result.accuracy, cost: result.cost / dear)
        }
        self.rules = rules
        self.alone = rules.prefix(stages).map(\.accuracy)
        self.curve = Self.curve(curve, rules, cheapest: meanCost(0) / dear, dear: dear)
        let found = promise.cheapest(on: fitted)
        let point = curve.point(at: (found ?? fitted.safest).threshold)
        self.isPromised = found != nil
        self.accuracy = curve.accuracy(at: point)
        self.cost = point.cost / Double(curve.count) / dear
        self.calibrationErrors = (
            CalibrationError.expected(alone.map { ($0.stages[0].score, $0.stages[0].isRight) }),
            CalibrationError.expected(examples.firstAnswers(of: parts.judged, by: fit))
        )
        self.answered = (0..<stages).map { stage in
            Double(pooled.count { $0.answering(at: point.threshold) == stage }) / Double(pooled.count)
        }
    }

    /// Whether the promise was kept on the part that is judged by.
    package func keeps(_ promise: ErrorPromise) -> Bool { 1 - self.accuracy <= promise.errorRate + 1e-12 }

    private static func curve(
        _ curve: CascadeCurve, _ rules: [StaticRule.Result], cheapest: Double, dear: Double
    ) -> [Reach] {
        let last = (curve.points.last?.cost ?? 0) / Double(curve.count) / dear
        return (0..<Self.reaches).compactMap { step in
            // Evenly in the logarithm: most is decided where costs are small.
            let share = Double(step) / Double(Self.reaches - 1)
            let cost = cheapest * .pow(last / cheapest, share)
            // Sums that were made in another order may differ in the last digits.
            guard let point = curve.point(atCost: cost * (1 + 1e-12) * dear * Double(curve.count)),
                let best = StaticRule.bestAccuracy(atCost: cost, of: rules)
            else { return nil }
            return Reach(cost: cost, adaptive: curve.accuracy(at: point), best: best)
        }
    }
}
