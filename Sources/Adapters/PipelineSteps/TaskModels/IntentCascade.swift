// SPDX-License-Identifier: Apache-2.0

package import AdaptiveControl
internal import LLMCore
package import TaskModels

/// Intent models of which dearer ones are asked only where cheaper ones are not sure enough, by a plan that was fitted.
package struct IntentCascade: Sendable {
    /// What came of one utterance.
    package struct Answer: Sendable {
        /// All intents with their probabilities, the likeliest first.
        package let intents: [(label: String, probability: Double)]
        /// Who was asked, and what that cost in multiplications with additions.
        package let entry: CostLedger.Entry
        /// What was believed after each model.
        package let beliefs: [BeliefState]
    }

    /// How the models work together.
    package let plan: CascadePlan
    /// The intent that stands for everything else; nil where none was learnt.
    package let otherIntent: String?
    private let models: [IntentModel]
    /// What is believed before anything is heard.
    private let start: BeliefState
    /// Of each model, the places of the first model's labels among its own.
    private let places: [[Int]]

    /// Reads a plan that `train cascade` has written, and its models.
    ///
    /// - Parameter path: The plan's file; models are named from where the program runs.
    /// - Throws: ``AdaptiveControlError``, ``TaskModelError`` or ``ModelFileError``.
    package init(plan path: String) throws {
        let plan: CascadePlan
        do { plan = try CascadePlan(JSONFile.read(path)) } catch let error as AdaptiveControlError {
            throw AdaptiveControlError(error.code, "\(path): \(error.message)", cause: error)
        }
        try self.init(plan, models: plan.deciders.map { try IntentModel(folder: $0).quantized() })
    }

    /// Puts models together.
    ///
    /// - Parameter models: As many as the plan has, which tell the same intents.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidStates` where they do not.
    package init(_ plan: CascadePlan, models: [IntentModel]) throws {
        self.places = try Self.places(of: models)
        (self.plan, self.models) = (plan, models)
        self.start = try BeliefState(states: models[0].labels)
        self.otherIntent = models[models.count - 1].rejection.label
    }

    /// Of each model, the places of the first model's labels among its own.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidStates` where the models do not tell the same intents.
    package static func places(of models: [IntentModel]) throws -> [[Int]] {
        guard let first = models.first, models.count > 1 else {
            throw AdaptiveControlError(.invalidStates, "A cascade needs at least two models.")
        }
        return try models.map { model in
            let numbers = Dictionary(uniqueKeysWithValues: model.labels.enumerated().map { ($1, $0) })
            let places = first.labels.compactMap { numbers[$0] }
            guard places.count == first.labels.count, model.labels.count == places.count else {
                throw AdaptiveControlError(
                    .invalidStates,
                    "Models of a cascade must tell the same intents; the first one knows \(first.labels.count), another \(model.labels.count)."
                )
            }
            return places
        }
    }

    /// Tells the intent of the last of some turns.
    ///
    /// - Parameter turns: At least one; the last is the utterance.
    /// - Throws: ``AdaptiveControlError`` where a model's answer is no number; `CancellationError`.
    package func answer(_ turns: some BidirectionalCollection<DialogueTurn>) throws -> Answer {
        var (heard, costs, beliefs) = ([[Double]](), [Double](), [BeliefState]())
        for (model, places) in zip(self.models, self.places) {
            try Task.checkCancellation()
            let input = model.input(turns)
            let probabilities = model.probabilities(of: [input])[0]
            heard.append(OpinionPool.logProbabilities(places.map { Double(probabilities[$0]) }))
            costs.append(Double(model.multiplyAdds(input)))
            let belief = try self.start.updated(byLogLikelihoods: self.plan.pools[heard.count - 1].pooled(heard))
            beliefs.append(belief)
            if belief.margin >= self.plan.threshold { break }
        }
        let last = beliefs[beliefs.count - 1]
        let order = last.states.indices.sorted { (last.logProbabilities[$1], $0) < (last.logProbabilities[$0], $1) }
        let probabilities = last.probabilities
        return Answer(
            intents: order.map { (last.states[$0], probabilities[$0]) },
            entry: CostLedger.Entry(
                asked: Array(self.plan.deciders.prefix(costs.count)), costs: costs,
                confidence: last.likeliest.probability),
            beliefs: beliefs)
    }
}
