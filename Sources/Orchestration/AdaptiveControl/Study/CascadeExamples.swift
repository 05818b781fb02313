// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The probabilities that several models give the same states; later models' opinions are pooled with those of earlier ones.
package struct CascadeExamples: CascadeMaterial {
    /// The logarithms of probabilities, all finite: models × examples × states.
    package let logProbabilities: [[[Double]]]
    /// The true state of each example.
    package let states: [Int]
    /// What an example costs each model: models × examples.
    package let costs: [[Double]]

    /// Takes what models say.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidRecords` where numbers of examples differ.
    package init(logProbabilities: [[[Double]]], states: [Int], costs: [[Double]]) throws {
        guard logProbabilities.count > 1, costs.count == logProbabilities.count,
            (logProbabilities.map(\.count) + costs.map(\.count)).allSatisfy({ $0 == states.count })
        else {
            throw AdaptiveControlError(
                .invalidRecords, "At least two models must have answered, each all of the examples, and at a cost.")
        }
        (self.logProbabilities, self.states, self.costs) = (logProbabilities, states, costs)
    }

    /// How many examples there are.
    package var count: Int { self.states.count }

    /// What an example costs each model in the mean.
    package var meanCosts: [Double] { self.costs.map { $0.reduce(0, +) / Double(max(1, $0.count)) } }

    /// How the opinions heard up to each stage are pooled.
    package func fit(on examples: some Collection<Int>) throws -> [OpinionPool] {
        let (states, logs) = (
            examples.map { self.states[$0] }, self.logProbabilities.map { rows in examples.map { rows[$0] } }
        )
        return try (1...self.costs.count).map { try OpinionPool(fitting: Array(logs.prefix($0)), states: states) }
    }

    /// Records of models that each answer by themselves; scores are confidences.
    package func recordsAlone(of examples: some Collection<Int>) -> [CascadeRecord] {
        self.records(of: examples) { stage, example in
            let answer = CascadePlan.answer(self.logProbabilities[stage][example])
            return (answer.state, answer.confidence)
        }
    }

    /// Records of a cascade in which each stage's answer is what all models up to it say together; scores are margins.
    package func records(of examples: some Collection<Int>, by pools: [OpinionPool]) -> [CascadeRecord] {
        self.records(of: examples) { stage, example in
            let answer = self.answer(stage, example, pools)
            return (answer.state, answer.margin)
        }
    }

    /// How sure the first model is once its opinion is weighed.
    package func firstAnswers(
        of examples: some Collection<Int>, by pools: [OpinionPool]
    ) -> [(score: Double, isRight: Bool)] {
        examples.map { example in
            let answer = self.answer(0, example, pools)
            return (answer.confidence, answer.state == self.states[example])
        }
    }

    private func answer(
        _ stage: Int, _ example: Int, _ pools: [OpinionPool]
    ) -> (state: Int, confidence: Double, margin: Double) {
        CascadePlan.answer(pools[stage].pooled((0...stage).map { self.logProbabilities[$0][example] }))
    }

    private func records(
        of examples: some Collection<Int>, _ answer: (_ stage: Int, _ example: Int) -> (state: Int, score: Double)
    ) -> [CascadeRecord] {
        examples.map { example in
            CascadeRecord(
                stages: self.costs.indices.map { stage in
                    let (state, score) = answer(stage, example)
                    return CascadeRecord.Stage(
                        score: score, isRight: state == self.states[example], cost: self.costs[stage][example])
                })
        }
    }
}
