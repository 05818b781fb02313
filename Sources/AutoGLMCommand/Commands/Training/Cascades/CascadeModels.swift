// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
internal import LLMCore
internal import ModelGateway
internal import ModelTraining
internal import PipelineSteps
internal import TaskModels

/// The deciders of a cascade with what they say of a file of dialogues.
struct CascadeModels {
    let names: [String]
    let deciders: [IntentDecider]
    /// The language models, by name.
    private let languageModels: [String: any ModelAdapter]
    /// What the deciders say, at a cost in multiplications with additions.
    let examples: CascadeExamples
    /// The utterances, for measuring times.
    let inputs: [[DialogueTurn]]

    /// What plans say of deciders besides their names.
    var details: [String: JSONValue] {
        let shown = zip(self.names, self.deciders).compactMap { name, decider -> (String, JSONValue)? in
            if case .asked(let asked, _, _) = decider { (name, asked.json) } else { nil }
        }
        return Dictionary(shown, uniquingKeysWith: { first, _ in first })
    }

    /// Asks the deciders.
    ///
    /// - Throws: ``AdaptiveControlError``, ``TrainingError``, ``TaskModelError``, ``ModelFileError``; what a language model throws.
    init(_ options: CascadeInputOptions, quantized: Bool, _ bar: ProgressBar) async throws {
        let trained = try IntentDecider.trainedModels(options.models, quantized: quantized)
        let (labels, path) = (trained.lazy.compactMap { $0?.labels }.first ?? [], options.data ?? "")
        let orders = try trained.map { try $0.map { try IntentCascade.places(of: labels, in: $0) } ?? [] }
        let inputs = try Self.inputs(path, labels)
        let languageModels = try await Self.languageModels(options)
        var (logs, costs, states, deciders) = ([[[Double]]](), [[Double]](), [Int](), [IntentDecider]())
        for (name, (model, order)) in zip(options.models, zip(trained, orders)) {
            let said: Said
            if let model {
                deciders.append(.trained(model))
                let examples = try IntentExamples(path: path, for: model)
                if states.isEmpty { states = examples.classes }
                said = try Self.answers(of: model, name, order, to: examples, bar)
            } else {
                let asked = IntentDecider.askedModel(name) ?? ""
                let model = try Self.languageModel(asked, languageModels)
                let cost = options.cost(of: name) ?? 0
                let shown = try await Self.shown(options.examples ?? "", labels, model)
                deciders.append(.asked(shown, model: asked, cost: cost))
                said = try await Self.answers(of: model, name, shown, to: inputs, cost: cost, bar)
            }
            logs.append(said.logs)
            costs.append(said.costs)
        }
        bar.end()
        (self.names, self.deciders, self.languageModels) = (options.models, deciders, languageModels)
        self.examples = try CascadeExamples(logProbabilities: logs, states: states, costs: costs)
        self.inputs = inputs
    }

    /// A language model by its name.
    ///
    /// - Throws: ``LLMError`` with code `.unknownModel`.
    func languageModel(_ name: String) throws -> any ModelAdapter { try Self.languageModel(name, self.languageModels) }

    private static func languageModel(
        _ name: String, _ models: [String: any ModelAdapter]
    ) throws -> any ModelAdapter {
        if let model = models[name] { return model }
        throw LLMError(.unknownModel, "There is no language model '\(name)'.")
    }

    /// What a decider says of each utterance, and what that costs.
    private typealias Said = (logs: [[Double]], costs: [Double])

    private static func answers(
        of model: IntentModel, _ name: String, _ places: [Int], to examples: IntentExamples, _ bar: ProgressBar
    ) throws -> Said {
        let title = "Asking \(FilePath.name(of: name))"
        let evaluation = try IntentEvaluation(model, examples) { bar.show(title, title, $0, of: $1) }
        return (
            evaluation.probabilities.map { row in OpinionPool.logProbabilities(places.map { row[$0] }) },
            examples.inputs.map { Double(model.multiplyAdds($0)) }
        )
    }

    private static func answers(
        of model: any ModelAdapter, _ name: String, _ shown: AskedIntents, to inputs: [[DialogueTurn]], cost: Double,
        _ bar: ProgressBar
    ) async throws -> Said {
        var logs: [[Double]] = []
        for (index, turns) in inputs.enumerated() {
            try Task.checkCancellation()
            let said = try await IntentDecider.probabilities(of: turns[...], shown, by: model)
            logs.append(OpinionPool.logProbabilities(said.probabilities))
            bar.show("Asking \(name)", "Asking \(name)", index + 1, of: inputs.count)
        }
        return (logs, inputs.map { _ in cost })
    }

    /// The utterances whose intent is known, each with the turns before it.
    private static func inputs(_ path: String, _ labels: [String]) throws -> [[DialogueTurn]] {
        let known = Set(labels)
        return try DialogueFile.dialogues(path: path).flatMap { dialogue in
            dialogue.intents.enumerated().compactMap { index, intent in
                intent.map(known.contains) == true ? Array(dialogue.turns[...index]) : nil
            }
        }
    }

    /// What a language model is shown.
    private static func shown(
        _ path: String, _ labels: [String], _ model: any ModelAdapter
    ) async throws -> AskedIntents {
        let utterances = try AdapterTeacher.utterances(DialogueFile.dialogues(path: path))
        let known = Set(labels)
        return try await AskedIntents(
            labels: labels, utterances: utterances.filter { known.contains($0.intent) }, by: model)
    }

    private static func languageModels(_ options: CascadeInputOptions) async throws -> [String: any ModelAdapter] {
        guard let path = options.config, !options.asked.isEmpty else { return [:] }
        let gateway = try await ConfiguredModels(path: path, plugins: PluginOptions.environmentHost()).open()
        var models: [String: any ModelAdapter] = [:]
        for name in options.asked.compactMap(IntentDecider.askedModel) {
            models[name] = try gateway.model(named: name.isEmpty ? gateway.names.first ?? "" : name)
        }
        return models
    }
}
