// SPDX-License-Identifier: Apache-2.0

/// A question to a model: how likely is each of these continuations after the prompt.
public struct ScoringRequest: Sendable {
    /// What precedes the choices.
    public var prompt: GenerationPrompt
    /// The continuations to compare.
    public var choices: [String]

    /// Asks how likely each choice is.
    public init(prompt: GenerationPrompt, choices: [String]) {
        self.prompt = prompt
        self.choices = choices
    }
}

/// How likely one continuation is.
public struct ChoiceScore: Sendable, Hashable {
    /// The continuation.
    public var choice: String
    /// The sum of its tokens' log-probabilities (natural logarithm) after the prompt.
    public var logProbability: Double
    /// How many tokens it has.
    public var tokenCount: Int

    /// Scores one continuation.
    public init(choice: String, logProbability: Double, tokenCount: Int) {
        self.choice = choice
        self.logProbability = logProbability
        self.tokenCount = tokenCount
    }
}
