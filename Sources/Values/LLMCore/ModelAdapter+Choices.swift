// SPDX-License-Identifier: Apache-2.0

/// How likely each of a few texts is, together 1.
public struct ChoiceProbabilities: Sendable, Hashable {
    /// The texts with their probabilities, in the order asked.
    public let all: [Choice]

    /// A text and its probability.
    public struct Choice: Sendable, Hashable {
        /// The text.
        public var text: String
        /// Its probability, from 0 to 1.
        public var probability: Double
    }

    /// The likeliest text; of several, the first.
    public var best: Choice { self.all.reduce(self.all[0]) { $1.probability > $0.probability ? $1 : $0 } }
}

extension ModelAdapter {
    /// Compares texts as continuations of a prompt, by their mean log-probability a token, so that long ones are at no
    /// disadvantage.
    ///
    /// - Parameters:
    ///   - choices: The texts, at least one; after raw text each is taken as a new word.
    ///   - prompt: What precedes them.
    /// - Throws: What ``score(_:)`` throws; ``LLMError`` with code `.backendFailed` when the scores are of no use.
    public func probabilities(of choices: [String], after prompt: GenerationPrompt) async throws -> ChoiceProbabilities
    {
        var continuations = choices
        if case .raw = prompt { continuations = choices.map { $0.hasPrefix(" ") ? $0 : " " + $0 } }
        let scores = try await self.score(ScoringRequest(prompt: prompt, choices: continuations))
        let means = scores.map { $0.logProbability / Double(max(1, $0.tokenCount)) }
        guard means.count == choices.count, let highest = means.max(), highest.isFinite else {
            throw LLMError(.backendFailed, "'\(self.name)' gave no usable scores for the choices.")
        }
        return ChoiceProbabilities(
            all: zip(choices, softmax(means)).map { ChoiceProbabilities.Choice(text: $0, probability: $1) })
    }
}
