// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import TaskModels

/// A language model that says how likely each intent is, for a small model to follow: it scores the intents' names after examples.
package struct AdapterTeacher: Sendable {
    private let asked: AskedIntents
    private let model: any ModelAdapter

    /// Prepares a teacher, with an example of each intent.
    ///
    /// - Parameters:
    ///   - model: Who is asked; it must score choices.
    ///   - dialogues: What to learn from.
    ///   - minimumExamples: How often at least an intent must be there.
    /// - Throws: ``TrainingError`` with code `.noData`, or what the model throws.
    package init(
        _ model: any ModelAdapter, _ dialogues: [LabelledDialogue], minimumExamples: Int
    ) async throws {
        guard model.capabilities.contains(.scoring) else {
            throw LLMError(.unsupported, "'\(model.name)' does not say how likely choices are; take the local engine.")
        }
        let utterances = Self.utterances(dialogues)
        let counts = Dictionary(utterances.map { ($0.intent, 1) }, uniquingKeysWith: +)
        let labels = counts.filter { $0.value >= minimumExamples }.keys.sorted()
        guard labels.count > 1 else {
            throw TrainingError(.noData, "Fewer than two intents are there at least \(minimumExamples) times.")
        }
        self.model = model
        self.asked = try await AskedIntents(labels: labels, utterances: utterances, by: model)
    }

    /// The intents.
    package var labels: [String] { self.asked.labels }

    /// The utterances of dialogues that have an intent, each with the turns before it.
    package static func utterances(
        _ dialogues: [LabelledDialogue]
    ) -> [(turns: ArraySlice<DialogueTurn>, intent: String)] {
        dialogues.flatMap { dialogue in
            dialogue.intents.enumerated().compactMap { index, intent in
                intent.map { (dialogue.turns[max(0, index - AskedIntents.turns)...index], $0) }
            }
        }
    }

    /// The probability of each intent of an utterance.
    ///
    /// - Parameter turns: The utterance, and the turns before it.
    /// - Throws: What the model throws.
    package func probabilities(of turns: ArraySlice<DialogueTurn>) async throws -> [Double] {
        try await self.asked.scored(turns, by: self.model)
    }
}
