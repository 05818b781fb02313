// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// A cascade of models judged by many random splits of some examples.
package struct CascadeStudy: Sendable {
    /// The least number of examples with which parts say anything.
    package static let leastExamples = 100

    /// What was promised in each split.
    package let promise: ErrorPromise
    /// The splits.
    package let splits: [CascadeSplit]

    /// Fits and judges in each split anew.
    ///
    /// - Parameters:
    ///   - examples: Of all parts.
    ///   - count: How many splits, from 1 on.
    ///   - onProgress: Is told how many of how many splits are done.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidRecords` for fewer than 100 examples; `CancellationError`.
    package init(
        _ examples: some CascadeMaterial, promising promise: ErrorPromise, splits count: Int,
        using generator: inout some RandomNumberGenerator, _ onProgress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) throws {
        guard examples.count >= Self.leastExamples else {
            throw AdaptiveControlError(
                .invalidRecords,
                "A cascade is fitted and judged by at least \(Self.leastExamples) examples, and there are \(examples.count)."
            )
        }
        var splits: [CascadeSplit] = []
        for number in 1...max(1, count) {
            try Task.checkCancellation()
            let parts = CascadeSplit.Parts(examples.count, using: &generator)
            splits.append(try CascadeSplit(examples, parts, promising: promise))
            onProgress(number, count)
        }
        (self.promise, self.splits) = (promise, splits)
    }

    /// The accuracy of each model by itself, in the mean.
    package var alone: [Double] { self.means { $0.alone } }

    /// The share of examples that each model answered, in the mean.
    package var answered: [Double] { self.means { $0.answered } }

    /// The cascade's accuracy in the mean.
    package var accuracy: Double { self.mean(\.accuracy) }

    /// What it costs, as a share of what the last model costs.
    package var cost: Double { self.mean(\.cost) }

    /// In how many splits a threshold was found that keeps the promise; in the others that with the fewest errors was taken.
    package var promised: Int { self.splits.count(where: \.isPromised) }

    /// In how many splits the judged part had at most as many errors as promised.
    package var kept: Int { self.splits.count { $0.keeps(self.promise) } }

    /// The frontier in the mean of all splits.
    package var curve: [CascadeSplit.Reach] {
        (0..<(self.splits.map(\.curve.count).min() ?? 0)).map { index in
            func mean(_ value: (CascadeSplit.Reach) -> Double) -> Double { self.mean { value($0.curve[index]) } }
            return CascadeSplit.Reach(cost: mean(\.cost), adaptive: mean(\.adaptive), best: mean(\.best))
        }
    }

    /// The static rules in the mean.
    package var rules: [StaticRule.Result] {
        (self.splits.first?.rules ?? []).indices.map { index in
            StaticRule.Result(
                rule: self.splits[0].rules[index].rule,
                accuracy: self.mean { $0.rules[index].accuracy }, cost: self.mean { $0.rules[index].cost })
        }
    }

    /// The least that the cascade is better than the best static rules, over all costs, in the mean of the splits.
    package var leastAdvantage: Double { self.curve.map { $0.adaptive - $0.best }.min() ?? 0 }

    /// The study for programs.
    package var json: JSONValue {
        let errors = self.means { [$0.calibrationErrors.before, $0.calibrationErrors.after] }
        return [
            "promise": self.promise.json, "splits": .integer(self.splits.count), "promised": .integer(self.promised),
            "kept": .integer(self.kept), "kept_share": .number(Double(self.kept) / Double(max(1, self.splits.count))),
            "accuracy_alone": .array(self.alone.map { .number($0) }),
            "cascade_accuracy": .number(self.accuracy),
            "cascade_accuracy_drop": .number((self.alone.last ?? 0) - self.accuracy),
            "cascade_cost": .number(self.cost),
            "answered": .array(self.answered.map { .number($0) }),
            "ece_before": .number(errors[0]), "ece_after": .number(errors[1]),
            "least_advantage": .number(self.leastAdvantage),
            "frontier": .array(
                self.curve.map {
                    ["cost": .number($0.cost), "adaptive": .number($0.adaptive), "static": .number($0.best)]
                }),
            "static": .array(
                self.rules.map {
                    ["rule": .string($0.rule.name), "cost": .number($0.cost), "accuracy": .number($0.accuracy)]
                }),
        ]
    }

    private func mean(_ value: (CascadeSplit) -> Double) -> Double {
        self.splits.reduce(0) { $0 + value($1) } / Double(max(1, self.splits.count))
    }

    private func means(_ values: (CascadeSplit) -> [Double]) -> [Double] {
        guard let first = self.splits.first else { return [] }
        return values(first).indices.map { index in self.mean { values($0)[index] } }
    }
}
