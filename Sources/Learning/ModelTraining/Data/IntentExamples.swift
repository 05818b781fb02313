// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import TaskModels

/// Utterances with their intents, as a model reads them.
package struct IntentExamples: Sendable {
    /// What the model reads.
    package private(set) var inputs: [IntentBatch.Input] = []
    /// The number of the class of each input.
    package private(set) var classes: [Int] = []
    /// How many utterances were left out, since the model does not know their intent.
    package private(set) var unknown = 0

    /// Reads a file of dialogues, one in each line.
    ///
    /// - Throws: ``TrainingError`` with code `.noData` where the model knows no intent of it, or what ``DialogueFile`` throws.
    package init(path: String, for model: IntentModel) throws {
        self.init(try DialogueFile.dialogues(path: path), for: model)
        guard !self.classes.isEmpty else {
            throw TrainingError(.noData, "\(path): no utterance has an intent that the model has learnt.")
        }
    }

    /// Reads dialogues.
    package init(_ dialogues: [LabelledDialogue], for model: IntentModel) {
        let numbers = Dictionary(uniqueKeysWithValues: model.labels.enumerated().map { ($1, $0) })
        for dialogue in dialogues {
            for (index, intent) in dialogue.intents.enumerated() {
                guard let intent else { continue }
                guard let number = numbers[intent] else {
                    self.unknown += 1
                    continue
                }
                self.inputs.append(model.input(dialogue.turns[...index]))
                self.classes.append(number)
            }
        }
    }
}
