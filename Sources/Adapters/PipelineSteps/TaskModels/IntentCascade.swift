// SPDX-License-Identifier: Apache-2.0

package import AdaptiveControl
package import LLMCore
package import TaskModels

/// Tellers of intents of which dearer ones are asked only where cheaper ones are not sure enough, by a plan that was fitted: trained models, then
/// language models here or elsewhere.
package struct IntentCascade: Sendable {
    /// What came of one utterance.
    package struct Answer: Sendable {
        /// All intents with their probabilities, the likeliest first.
        package let intents: [(label: String, probability: Double)]
        /// Who was asked, and what that cost in multiplications with additions.
        package let entry: CostLedger.Entry
        /// What was believed after each model.
        package let beliefs: [BeliefState]
        /// The tokens of language models that wrote what they think.
        package let usage: [TokenUsage]
    }

    /// How the models work together.
    package let plan: CascadePlan
    /// The intent that stands for everything else; nil where none was learnt.
    package let otherIntent: String?
    private let deciders: [IntentDecider]
    /// What is believed before anything is heard.
    private let start: BeliefState
    /// Of each trained model, the places of the first one's labels among its own.
    private let places: [[Int]]

    /// Reads a plan that `train cascade` has written, and its trained models.
    ///
    /// - Parameter path: The plan's file; models are named from where the program runs.
    /// - Throws: ``AdaptiveControlError``, ``TaskModelError`` or ``ModelFileError``.
    package init(plan path: String) throws {
        do { try self.init(CascadePlan(JSONFile.read(path))) } catch let error as AdaptiveControlError {
            throw AdaptiveControlError(error.code, "\(path): \(error.message)", cause: error)
        }
    }

    /// Opens a plan's trained models.
    private init(_ plan: CascadePlan) throws {
        let models = try IntentDecider.trainedModels(plan.deciders, quantized: true)
        let labels = models.lazy.compactMap { $0?.labels }.first ?? []
        let deciders = try plan.deciders.indices.map { index -> IntentDecider in
            if let model = models[index] { return .trained(model) }
            let name = plan.deciders[index]
            guard let shown = AskedIntents(plan.details[name], labels: labels) else {
                throw AdaptiveControlError(
                    .invalidSettings,
                    "The plan does not say what '\(name)' is shown; make it anew by 'autoglm train cascade'.")
            }
            return .asked(shown, model: IntentDecider.askedModel(name) ?? "", cost: plan.costs[index])
        }
        try self.init(plan, deciders: deciders)
    }

    /// Puts deciders together.
    ///
    /// - Parameter deciders: As many as the plan has, which tell the same intents; the first is a trained model.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidStates` where they do not.
    package init(_ plan: CascadePlan, deciders: [IntentDecider]) throws {
        let models = deciders.compactMap { if case .trained(let model) = $0 { model } else { nil } }
        guard case .trained(let first)? = deciders.first, deciders.count == plan.deciders.count else {
            throw AdaptiveControlError(
                .invalidStates,
                "The first decider of a cascade must be a trained model: a folder of 'autoglm train intent'.")
        }
        for case .asked(let shown, _, _) in deciders where shown.labels != first.labels {
            throw AdaptiveControlError(
                .invalidStates, "Language models of a cascade must be asked for its models' intents.")
        }
        self.places = try models.map { try Self.places(of: first.labels, in: $0) }
        (self.plan, self.deciders) = (plan, deciders)
        self.start = try BeliefState(states: first.labels)
        self.otherIntent = models[models.count - 1].rejection.label
    }

    /// The places of the first model's labels among another's.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidStates` where the other does not tell the same intents.
    package static func places(of labels: [String], in model: IntentModel) throws -> [Int] {
        let numbers = Dictionary(uniqueKeysWithValues: model.labels.enumerated().map { ($1, $0) })
        let places = labels.compactMap { numbers[$0] }
        guard places.count == labels.count, model.labels.count == places.count else {
            throw AdaptiveControlError(
                .invalidStates,
                "Models of a cascade must tell the same intents; the first one knows \(labels.count), another \(model.labels.count)."
            )
        }
        return places
    }

    /// Tells the intent of the last of some turns.
    ///
    /// - Parameters:
    ///   - turns: At least one; the last is the utterance.
    ///   - model: Gives a language model by its name, empty for the one that answers where none is named.
    /// - Throws: ``AdaptiveControlError`` where a model's answer is no number; what a language model throws; `CancellationError`.
    package func answer(
        _ turns: [DialogueTurn], asking model: (String) throws -> any ModelAdapter
    ) async throws -> Answer {
        var (heard, costs, beliefs, usage) = ([[Double]](), [Double](), [BeliefState](), [TokenUsage]())
        var places = self.places[...]
        for decider in self.deciders {
            try Task.checkCancellation()
            switch decider {
            case .trained(let model):
                let input = model.input(turns)
                let probabilities = model.probabilities(of: [input])[0]
                let order = places.removeFirst()
                heard.append(OpinionPool.logProbabilities(order.map { Double(probabilities[$0]) }))
                costs.append(Double(model.multiplyAdds(input)))
            case .asked(let shown, let name, let cost):
                let said = try await IntentDecider.probabilities(of: turns[...], shown, by: model(name))
                heard.append(OpinionPool.logProbabilities(said.probabilities))
                costs.append(cost)
                if let tokens = said.usage { usage.append(tokens) }
            }
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
            beliefs: beliefs, usage: usage)
    }
}
