// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// Writes what each request took into a ledger, under its caller (``SchedulingOptions/client``, or that of the
/// ``UsageMeter`` around it) and its tags.
///
/// An answer that nobody read to its end is accounted with the tokens that came; where the backend reports none, a piece
/// of text counts as one. Scores and embeddings are accounted with the tokens that the backend reports.
public struct Accounting: ModelMiddleware {
    private let ledger: UsageLedger
    private let model: String
    private let prices: TokenPrices

    /// Makes the middleware.
    ///
    /// - Parameters:
    ///   - ledger: Where to write.
    ///   - model: What the model is called there.
    ///   - prices: What its tokens cost.
    public init(_ ledger: UsageLedger, model: String, prices: TokenPrices = TokenPrices()) {
        self.ledger = ledger
        self.model = model
        self.prices = prices
    }

    /// Generates, and accounts for it when the stream ends.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        let client = request.scheduling.client
        let account = UsageLedger.Account(model: self.model, caller: client.isEmpty ? UsageMeter.caller : client)
        let record = { @Sendable (usage: TokenUsage, ending: UsageTotal.Ending) in
            let cost = self.prices.cost(of: usage)
            self.ledger.add(usage, cost: cost, to: account, tags: request.tags, ending: ending)
        }
        do {
            let counter = TokenCounter()
            return try await next.generate(request).watched {
                counter.count($0)
            } onEnd: { ending in
                switch ending {
                case .complete(let summary): record(summary.usage, .complete)
                case .failed, .dropped:
                    let tokens = counter.tokens
                    let usage = TokenUsage(promptTokens: 0, completionTokens: tokens)
                    record(usage, tokens == 0 ? .failed : .partial)
                }
            }
        } catch {
            record(TokenUsage(promptTokens: 0, completionTokens: 0), .failed)
            throw error
        }
    }

    /// Scores, and accounts for it.
    public func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        try await self.metered { try await next.score(request) }
    }

    /// Embeds, and accounts for it.
    public func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        try await self.metered { try await next.embed(texts) }
    }

    private func metered<Answer>(_ work: () async throws -> Answer) async throws -> Answer {
        let meter = UsageMeter()
        var ending = UsageTotal.Ending.failed
        defer {
            let usage = meter.usage ?? TokenUsage(promptTokens: 0, completionTokens: 0)
            let account = UsageLedger.Account(model: self.model, caller: UsageMeter.caller)
            self.ledger.add(usage, cost: self.prices.cost(of: usage), to: account, ending: ending)
        }
        let answer = try await meter.run(work)
        ending = .complete
        return answer
    }
}

/// Counts the tokens of a stream while it is read.
private final class TokenCounter: Sendable {
    private let state = Mutex(0)

    var tokens: Int { self.state.withLock { $0 } }

    func count(_ event: GenerationEvent) {
        guard case .text(let delta) = event else { return }
        self.state.withLock { $0 += max(1, delta.tokens.count) }
    }
}
