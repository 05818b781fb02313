// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
internal import LLMCore
internal import ModelTraining
internal import PipelineSteps
internal import TaskModels

/// The intent models of a cascade with what they say of a file of dialogues.
struct CascadeModels {
    let folders: [String]
    let models: [IntentModel]
    /// What the models say, at a cost in multiplications with additions.
    let examples: CascadeExamples
    /// The utterances, for measuring times.
    let inputs: [[DialogueTurn]]

    /// Asks the models.
    ///
    /// - Parameters:
    ///   - folders: The models, the cheapest first.
    ///   - data: A file of dialogues.
    /// - Throws: ``AdaptiveControlError``, ``TrainingError``, ``TaskModelError``, ``ModelFileError``.
    init(_ folders: [String], data: String, quantized: Bool, _ bar: ProgressBar) throws {
        let models = try folders.map { folder in
            let model = try IntentModel(folder: folder)
            return quantized ? model.quantized() : model
        }
        let places = try IntentCascade.places(of: models)
        var (logs, costs, states) = ([[[Double]]](), [[Double]](), [Int]())
        for (index, model) in models.enumerated() {
            let examples = try IntentExamples(path: data, for: model)
            let name = "Asking \(FilePath.name(of: folders[index]))"
            let evaluation = try IntentEvaluation(model, examples) { bar.show(name, name, $0, of: $1) }
            logs.append(
                evaluation.probabilities.map { row in OpinionPool.logProbabilities(places[index].map { row[$0] }) })
            costs.append(examples.inputs.map { Double(model.multiplyAdds($0)) })
            if index == 0 { states = examples.classes }
        }
        bar.end()
        (self.folders, self.models) = (folders, models)
        self.examples = try CascadeExamples(logProbabilities: logs, states: states, costs: costs)
        let known = Set(models[0].labels)
        self.inputs = try DialogueFile.dialogues(path: data).flatMap { dialogue in
            dialogue.intents.enumerated().compactMap { index, intent in
                intent.map(known.contains) == true ? Array(dialogue.turns[...index]) : nil
            }
        }
    }
}
