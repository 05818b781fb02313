// SPDX-License-Identifier: Apache-2.0

internal import Foundation
package import LLMCore
package import TaskModels

/// A language model that says how likely each intent is, for a small model to follow: it scores the intents' names after examples.
///
/// Its liking of certain names is taken off by what it thinks of them on average (contextual calibration; Zhao et al., 2021).
package struct AdapterTeacher: Sendable {
    /// The intents.
    package let labels: [String]
    private let model: any ModelAdapter
    private let examples: String
    /// The logarithm of what the model thinks of each intent on average; zeros before that is known.
    private var prior: [Double]

    /// How many turns before an utterance, and how many characters of a turn, the model is shown.
    private static let turns = 2, characters = 300
    /// How many utterances the model's likings are measured on.
    private static let calibrating = 32

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
        self.labels = counts.filter { $0.value >= minimumExamples }.keys.sorted()
        guard self.labels.count > 1 else {
            throw TrainingError(.noData, "Fewer than two intents are there at least \(minimumExamples) times.")
        }
        self.model = model
        self.examples = self.labels.compactMap { label in
            utterances.first { $0.intent == label }.map { "\(Self.shown($0.turns))\nIntent: \(label)\n\n" }
        }.joined()
        self.prior = Array(repeating: 0, count: self.labels.count)
        let sample = Array(stride(from: 0, to: utterances.count, by: max(1, utterances.count / Self.calibrating)))
        var mean = self.prior
        for index in sample {
            let probabilities = try await self.probabilities(of: utterances[index].turns)
            for label in mean.indices { mean[label] += probabilities[label] }
        }
        self.prior = mean.map { log(max($0 / Double(max(1, sample.count)), 1e-6)) }
    }

    /// The utterances of dialogues that have an intent, each with the turns before it.
    package static func utterances(
        _ dialogues: [LabelledDialogue]
    ) -> [(turns: ArraySlice<DialogueTurn>, intent: String)] {
        dialogues.flatMap { dialogue in
            dialogue.intents.enumerated().compactMap { index, intent in
                intent.map { (dialogue.turns[max(0, index - Self.turns)...index], $0) }
            }
        }
    }

    /// The probability of each intent of an utterance.
    ///
    /// - Parameter turns: The utterance, and the turns before it.
    /// - Throws: What the model throws.
    package func probabilities(of turns: ArraySlice<DialogueTurn>) async throws -> [Double] {
        let question = "What does the user want last?\n\n\(self.examples)\(Self.shown(turns))\nIntent:"
        let isRaw = self.model.capabilities.contains(.rawPrompts)
        let scores = try await self.model.score(
            ScoringRequest(
                prompt: isRaw ? .raw(question) : .user(question),
                choices: self.labels.map { isRaw ? " \($0)" : $0 }))
        guard scores.count == self.labels.count else {
            throw LLMError(
                .backendFailed, "'\(self.model.name)' scored \(scores.count) of \(self.labels.count) choices.")
        }
        let logits = zip(scores, self.prior).map { $0.logProbability - $1 }
        let largest = logits.max() ?? 0
        let weights = logits.map { exp($0 - largest) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    private static func shown(_ turns: ArraySlice<DialogueTurn>) -> String {
        turns.map { turn in
            let text = turn.text.prefix(self.characters).map { $0.isNewline ? " " : String($0) }.joined()
            return "\(turn.speaker == .user ? "User" : "System"): \(text)"
        }.joined(separator: "\n")
    }
}
