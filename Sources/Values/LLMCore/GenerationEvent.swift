// SPDX-License-Identifier: Apache-2.0

/// One thing that happens while a model generates.
public enum GenerationEvent: Sendable {
    /// More of the answer: whole characters, and the tokens that were sampled for them.
    case text(TextDelta)
    /// The model asks for a function to be called.
    case toolCall(ToolCall)
    /// The last event of a complete stream; one that ends without it was cut off.
    case finished(GenerationSummary)
}

/// A piece of the answer.
public struct TextDelta: Sendable, Hashable {
    /// Whole characters; empty where a token ends inside one.
    public var text: String
    /// The tokens sampled since the last delta, where the backend tells.
    public var tokens: [SampledToken]
    /// What the model thinks before it answers, where the backend tells it apart; no part of the answer.
    public var reasoning: String

    /// Makes a piece of the answer.
    public init(text: String, tokens: [SampledToken] = [], reasoning: String = "") {
        self.text = text
        self.tokens = tokens
        self.reasoning = reasoning
    }
}

/// A token and how likely it was.
public struct SampledToken: Sendable, Hashable {
    /// Its number in the model's vocabulary, where the backend tells.
    public var id: Int?
    /// Its text, where the backend tells; bytes that are no character show as U+FFFD.
    public var text: String?
    /// Its natural log-probability under the model's own distribution, where asked for.
    public var logProbability: Float?
    /// The most likely tokens at this place, where asked for.
    public var alternatives: [Alternative]

    /// A token that could have stood here.
    public struct Alternative: Sendable, Hashable {
        /// Its number in the model's vocabulary, where the backend tells.
        public var id: Int?
        /// Its text; bytes that are no character show as U+FFFD.
        public var text: String
        /// Its natural log-probability.
        public var logProbability: Float

        /// Names a token that could have stood here.
        public init(id: Int? = nil, text: String, logProbability: Float) {
            self.id = id
            self.text = text
            self.logProbability = logProbability
        }
    }

    /// Makes a token.
    public init(
        id: Int? = nil, text: String? = nil, logProbability: Float? = nil, alternatives: [Alternative] = []
    ) {
        self.id = id
        self.text = text
        self.logProbability = logProbability
        self.alternatives = alternatives
    }
}

/// Why a generation ended.
public enum FinishReason: String, Sendable, Hashable, CaseIterable {
    /// The model ended its turn, or a stop string was reached.
    case stop
    /// The token limit or the context's end was reached.
    case length
    /// The model waits for tool results.
    case toolCalls = "tool_calls"
    /// The backend withheld the rest.
    case contentFilter = "content_filter"
}

/// How many tokens a generation took; 0 where the backend does not tell.
public struct TokenUsage: Sendable, Hashable {
    /// Tokens of the prompt.
    public var promptTokens: Int
    /// Tokens generated.
    public var completionTokens: Int
    /// Of the prompt's tokens, those that came from a cache.
    public var cachedPromptTokens: Int

    /// Counts tokens.
    public init(promptTokens: Int, completionTokens: Int, cachedPromptTokens: Int = 0) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.cachedPromptTokens = cachedPromptTokens
    }

    /// Prompt and completion together.
    public var totalTokens: Int { Self.sum(self.promptTokens, self.completionTokens) }

    /// Adds what something else took; backends may claim anything, and sums stop at the largest number.
    public mutating func add(_ other: TokenUsage) {
        self.promptTokens = Self.sum(self.promptTokens, other.promptTokens)
        self.completionTokens = Self.sum(self.completionTokens, other.completionTokens)
        self.cachedPromptTokens = Self.sum(self.cachedPromptTokens, other.cachedPromptTokens)
    }

    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflows) = max(0, left).addingReportingOverflow(max(0, right))
        return overflows ? .max : sum
    }
}

/// Where the time of a generation went.
public struct GenerationTimings: Sendable, Hashable {
    /// From the request until its first token was computed.
    public var timeToFirstToken: Duration
    /// Computing the prompt.
    public var prefill: Duration
    /// Computing all tokens after the first.
    public var decode: Duration

    /// Records times.
    public init(timeToFirstToken: Duration, prefill: Duration, decode: Duration) {
        self.timeToFirstToken = timeToFirstToken
        self.prefill = prefill
        self.decode = decode
    }
}

/// What there is to say when a generation is complete.
public struct GenerationSummary: Sendable, Hashable {
    /// Why it ended.
    public var finishReason: FinishReason
    /// How many tokens it took.
    public var usage: TokenUsage
    /// Where the time went, where the backend tells.
    public var timings: GenerationTimings?
    /// The backend's own name for this answer, where it gives one.
    public var responseID: String?
    /// The model that answered, where the backend tells; it may differ from the one asked for.
    public var model: String?

    /// Sums up a generation.
    public init(
        finishReason: FinishReason, usage: TokenUsage, timings: GenerationTimings? = nil, responseID: String? = nil,
        model: String? = nil
    ) {
        self.finishReason = finishReason
        self.usage = usage
        self.timings = timings
        self.responseID = responseID
        self.model = model
    }
}
