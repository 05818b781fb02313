// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// What a model's tokens cost, in a currency of the caller's choice.
public struct TokenPrices: Sendable, Hashable {
    /// The price of a million prompt tokens.
    public var prompt: Double
    /// The price of a million prompt tokens that came from the backend's cache.
    public var cachedPrompt: Double
    /// The price of a million generated tokens.
    public var completion: Double

    /// Sets prices.
    ///
    /// - Parameter cachedPrompt: nil charges cached tokens like others.
    public init(prompt: Double = 0, cachedPrompt: Double? = nil, completion: Double = 0) {
        self.prompt = prompt
        self.cachedPrompt = cachedPrompt ?? prompt
        self.completion = completion
    }

    /// What a generation cost.
    public func cost(of usage: TokenUsage) -> Double {
        // A backend may claim anything; a cost is never negative.
        let cached = Double(max(0, min(usage.cachedPromptTokens, usage.promptTokens)))
        let fresh = Double(max(0, usage.promptTokens)) - cached
        let completion = Double(max(0, usage.completionTokens))
        return (fresh * self.prompt + cached * self.cachedPrompt + completion * self.completion) / 1_000_000
    }
}
