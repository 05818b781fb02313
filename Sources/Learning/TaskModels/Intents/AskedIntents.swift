// SPDX-License-Identifier: Apache-2.0

internal import Foundation
package import LLMCore

/// What a language model is shown to tell intents: an example of each, and what it thinks of their names on average.
///
/// Its liking of certain names is taken off (contextual calibration; Zhao et al., 2021).
package struct AskedIntents: Sendable, Hashable {
    /// The intents.
    package let labels: [String]
    private let examples: String
    /// The logarithm of what the model thinks of each intent on average; zeros before that is known.
    private var prior: [Double]

    /// How many turns before an utterance, and how many characters of a turn, the model is shown.
    package static let turns = 2
    private static let characters = 300
    /// How many utterances the model's likings are measured on.
    private static let calibrating = 32

    /// Chooses examples, and asks a model that scores choices what it likes.
    ///
    /// - Parameters:
    ///   - labels: The intents.
    ///   - utterances: What examples are taken from: each intent's first, and the likings' every so often.
    ///   - model: Who is asked.
    /// - Throws: What the model throws; ``TaskModelError`` with code `.noData` where an intent has no example.
    package init(
        labels: [String], utterances: [(turns: ArraySlice<DialogueTurn>, intent: String)], by model: any ModelAdapter
    ) async throws {
        self.labels = labels
        self.examples = try labels.map { label in
            guard let example = utterances.first(where: { $0.intent == label }) else {
                throw TaskModelError(.noData, "The intent '\(label)' has no example to show a language model.")
            }
            return "\(Self.shown(example.turns))\nIntent: \(label)\n\n"
        }.joined()
        self.prior = Array(repeating: 0, count: labels.count)
        guard model.capabilities.contains(.scoring) else { return }
        let sample = Array(stride(from: 0, to: utterances.count, by: max(1, utterances.count / Self.calibrating)))
        var mean = self.prior
        for index in sample {
            let probabilities = try await self.scored(utterances[index].turns, by: model)
            for label in mean.indices { mean[label] += probabilities[label] }
        }
        self.prior = mean.map { log(max($0 / Double(max(1, sample.count)), 1e-6)) }
    }

    /// Reads what ``json`` has written; nil for anything else.
    package init?(_ json: JSONValue?, labels: [String]) {
        guard let examples = json?["examples"]?.stringValue,
            let prior = json?["prior"]?.arrayValue?.compactMap(\.numberValue), prior.count == labels.count
        else { return nil }
        (self.labels, self.examples, self.prior) = (labels, examples, prior)
    }

    /// What is shown, for a file; the intents are known without it.
    package var json: JSONValue {
        ["examples": .string(self.examples), "prior": .array(self.prior.map { .number($0) })]
    }

    /// The question after which the intent's name follows.
    ///
    /// - Parameter turns: The utterance, and at most ``turns`` before it.
    package func question(_ turns: ArraySlice<DialogueTurn>) -> String {
        "What does the user want last?\n\n\(self.examples)\(Self.shown(turns.suffix(Self.turns + 1)))\nIntent:"
    }

    /// The probability of each intent of an utterance, by a model that scores choices.
    ///
    /// - Parameter turns: The utterance, and the turns before it.
    /// - Throws: What the model throws.
    package func scored(_ turns: ArraySlice<DialogueTurn>, by model: any ModelAdapter) async throws -> [Double] {
        let question = self.question(turns)
        let isRaw = model.capabilities.contains(.rawPrompts)
        let scores = try await model.score(
            ScoringRequest(
                prompt: isRaw ? .raw(question) : .user(question),
                choices: self.labels.map { isRaw ? " \($0)" : $0 }))
        guard scores.count == self.labels.count else {
            throw LLMError(.backendFailed, "'\(model.name)' scored \(scores.count) of \(self.labels.count) choices.")
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
