// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// Keeps requests and tokens within a rate, waiting where that helps soon enough.
///
/// What a request will take is estimated when it starts and settled when its usage is known.
public final class RateLimit: ModelMiddleware {
    /// What a request takes from the buckets.
    private struct Charge {
        var requests: Double
        var tokens: Double
    }

    private struct State {
        var requests: TokenBucket?
        var tokens: TokenBucket?
    }

    /// Tokens of an answer that nobody limited.
    private static let assumedAnswer = 256
    /// Bytes of text a token has at least; a low number never estimates too little for long.
    private static let bytesPerToken = 4

    private let state: Mutex<State>
    private let longestWait: Duration
    private let time: Timekeeper

    /// Makes the middleware.
    ///
    /// - Parameters:
    ///   - requestsPerMinute: How many requests may start in a minute; nil does not limit them.
    ///   - tokensPerMinute: How many tokens, prompts' and answers', they may take; nil does not limit them.
    ///   - longestWait: What would have to wait longer is refused.
    ///   - time: The clock.
    public init(
        requestsPerMinute: Double? = nil, tokensPerMinute: Double? = nil, longestWait: Duration = .seconds(10),
        time: Timekeeper = Timekeeper()
    ) {
        self.state = Mutex(
            State(
                requests: requestsPerMinute.map { TokenBucket(perMinute: $0) },
                tokens: tokensPerMinute.map { TokenBucket(perMinute: $0) }))
        self.longestWait = longestWait
        self.time = time
    }

    /// The tokens that are left; nil where they are not limited.
    public var tokenStanding: TokenBucket.Standing? {
        let now = self.time.now
        return self.state.withLock { $0.tokens?.standing(at: now) }
    }

    /// Generates within the rate.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        let estimate = Self.tokens(of: request.prompt) + (request.maxTokens ?? Self.assumedAnswer)
        let charge = Charge(requests: 1, tokens: Double(estimate))
        let stream = try await self.charging(charge, next) { try await next.generate(request) }
        return stream.watched { ending in
            if case .complete(let summary) = ending { self.settle(charge, summary.usage) }
        }
    }

    /// Scores within the rate.
    public func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        let choices = request.choices.map { $0.utf8.count / Self.bytesPerToken + 1 }.reduce(0, +)
        let charge = Charge(requests: 1, tokens: Double(Self.tokens(of: request.prompt) + choices))
        return try await self.charging(charge, next) {
            try await self.settling(charge) { try await next.score(request) }
        }
    }

    /// Embeds within the rate.
    public func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        let tokens = texts.map { $0.utf8.count / Self.bytesPerToken + 1 }.reduce(0, +)
        let charge = Charge(requests: 1, tokens: Double(tokens))
        return try await self.charging(charge, next) {
            try await self.settling(charge) { try await next.embed(texts) }
        }
    }

    /// Runs work, and puts the tokens that it reports in the place of the estimate.
    private func settling<Answer>(_ charge: Charge, _ work: () async throws -> Answer) async throws -> Answer {
        let meter = UsageMeter()
        let answer = try await meter.run(work)
        if let usage = meter.usage { self.settle(charge, usage) }
        return answer
    }

    private func settle(_ charge: Charge, _ usage: TokenUsage) {
        guard usage.totalTokens > 0 else { return }
        self.state.withLock { $0.tokens?.giveBack(charge.tokens - Double(usage.totalTokens)) }
    }

    /// Takes a charge, waits until it is covered, and gives it back if the work cannot even start.
    private func charging<Answer>(
        _ charge: Charge, _ next: any ModelAdapter, _ body: () async throws -> Answer
    ) async throws -> Answer {
        let now = self.time.now
        let (wait, isTaken) = self.state.withLock { state in
            let wait = max(
                state.requests?.wait(for: charge.requests, at: now) ?? .zero,
                state.tokens?.wait(for: charge.tokens, at: now) ?? .zero)
            guard wait <= self.longestWait else { return (wait, false) }
            state.requests?.take(charge.requests)
            state.tokens?.take(charge.tokens)
            return (wait, true)
        }
        guard isTaken else {
            var error = LLMError(
                .rateLimited,
                "The model '\(next.name)' is limited in its rate, which would make the request wait \(wait).",
                retryAfter: wait)
            error.isOwnRefusal = true
            throw error
        }
        do {
            if wait > .zero { try await self.time.sleep(for: wait) }
            return try await body()
        } catch {
            self.state.withLock { state in
                state.requests?.giveBack(charge.requests)
                state.tokens?.giveBack(charge.tokens)
            }
            throw error
        }
    }

    private static func tokens(of prompt: GenerationPrompt) -> Int {
        switch prompt {
        case .raw(let text): text.utf8.count / self.bytesPerToken + 1
        case .messages(let messages): messages.map { $0.text.utf8.count / self.bytesPerToken + 4 }.reduce(0, +)
        }
    }
}
