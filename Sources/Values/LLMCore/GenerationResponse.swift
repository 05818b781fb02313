// SPDX-License-Identifier: Apache-2.0

/// A whole answer.
public struct GenerationResponse: Sendable, Hashable {
    /// The answer.
    public var text = ""
    /// What the model thought before it answered, where the backend tells it apart.
    public var reasoning = ""
    /// Its tokens, where the backend tells.
    public var tokens: [SampledToken] = []
    /// The functions that the model asks to have called.
    public var toolCalls: [ToolCall] = []
    /// Why it ended, and what it took.
    public var summary = GenerationSummary(
        finishReason: .stop, usage: TokenUsage(promptTokens: 0, completionTokens: 0))

    /// An empty answer.
    public init() {}

    /// The numbers of the answer's tokens, where the backend tells.
    public var tokenIDs: [Int] { self.tokens.compactMap(\.id) }
}
