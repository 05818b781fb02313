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
    public package(set) var requests = 0
    /// Of these, those whose answer is incomplete.
    public package(set) var partial = 0
    /// Of these, those that gave nothing.
    public package(set) var failed = 0
    /// Tokens of prompts.
    public package(set) var promptTokens = 0
    /// Of these, tokens that came from the backends' caches.
    public package(set) var cachedPromptTokens = 0
    /// Tokens generated.
    public package(set) var completionTokens = 0
    /// What it cost, in the currency of the prices.
    public package(set) var cost = 0.0

    /// The sum of no requests.
    package init() {}

    /// The sum of one request.
    init(_ usage: TokenUsage, cost: Double, ending: Ending) {
        self.requests = 1
        self.partial = ending == .partial ? 1 : 0
        self.failed = ending == .failed ? 1 : 0
        self.promptTokens = max(0, usage.promptTokens)
        self.cachedPromptTokens = max(0, usage.cachedPromptTokens)
        self.completionTokens = max(0, usage.completionTokens)
        self.cost = cost
    }

    /// Adds another sum.
    package mutating func add(_ other: UsageTotal) {
        // Backends are not trusted with our arithmetic: sums stop at the largest number.
        self.requests = Self.sum(self.requests, other.requests)
        self.partial = Self.sum(self.partial, other.partial)
        self.failed = Self.sum(self.failed, other.failed)
        self.promptTokens = Self.sum(self.promptTokens, other.promptTokens)
        self.cachedPromptTokens = Self.sum(self.cachedPromptTokens, other.cachedPromptTokens)
        self.completionTokens = Self.sum(self.completionTokens, other.completionTokens)
        self.cost += other.cost
    }

    private static func sum(_ total: Int, _ more: Int) -> Int {
        let (sum, overflows) = total.addingReportingOverflow(more)
        return overflows ? .max : sum
    }
}
