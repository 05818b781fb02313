// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What a group of requests took.
public struct UsageTotal: Sendable, Hashable {
    /// How a request ended.
    public enum Ending: Sendable, Hashable {
        /// With a whole answer.
        case complete
        /// Before the answer was whole: whoever read went away, or the answer broke off.
        case partial
        /// Without any of an answer.
        case failed
    }

    /// Requests, however they ended.
    public internal(set) var requests = 0
    /// Of these, those whose answer is incomplete.
    public internal(set) var partial = 0
    /// Of these, those that gave nothing.
    public internal(set) var failed = 0
    /// Tokens of prompts.
    public internal(set) var promptTokens = 0
    /// Of these, tokens that came from the backends' caches.
    public internal(set) var cachedPromptTokens = 0
    /// Tokens generated.
    public internal(set) var completionTokens = 0
    /// What it cost, in the currency of the prices.
    public internal(set) var cost = 0.0

    mutating func add(_ usage: TokenUsage, cost: Double, ending: Ending) {
        self.requests += 1
        switch ending {
        case .complete: break
        case .partial: self.partial += 1
        case .failed: self.failed += 1
        }
        // Backends are not trusted with our arithmetic: sums stop at the largest number.
        self.promptTokens = Self.sum(self.promptTokens, usage.promptTokens)
        self.cachedPromptTokens = Self.sum(self.cachedPromptTokens, usage.cachedPromptTokens)
        self.completionTokens = Self.sum(self.completionTokens, usage.completionTokens)
        self.cost += cost
    }

    private static func sum(_ total: Int, _ more: Int) -> Int {
        let (sum, overflows) = total.addingReportingOverflow(max(0, more))
        return overflows ? .max : sum
    }
}
