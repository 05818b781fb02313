// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Tries again after transient errors, as long as nothing of an answer has been given out.
///
/// A stream is handed on with its first event, and what fails after that is not tried again: the reader has seen a part
/// that another attempt would not continue.
public struct Retries: ModelMiddleware {
    private let policy: RetryPolicy
    private let time: Timekeeper
    private let random: RandomSource

    /// Makes the middleware.
    public init(
        _ policy: RetryPolicy = RetryPolicy(), time: Timekeeper = Timekeeper(), random: RandomSource = RandomSource()
    ) {
        self.policy = policy
        self.time = time
        self.random = random
    }

    /// Generates, trying again until the first event.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        try await self.attempt(within: request.scheduling.timeLimit) { timeLeft in
            var request = request
            request.scheduling.timeLimit = timeLeft
            return try await next.generate(request).opened()
        }
    }

    /// Scores, trying again.
    public func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        try await self.attempt { _ in try await next.score(request) }
    }

    /// Embeds, trying again.
    public func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        try await self.attempt { _ in try await next.embed(texts) }
    }

    private func attempt<Answer>(
        within timeLimit: Duration? = nil, _ body: (_ timeLeft: Duration?) async throws -> Answer
    ) async throws -> Answer {
        let start = self.time.now
        var failures = 0
        while true {
            let timeLeft = timeLimit.map { $0 - (self.time.now - start) }
            do { return try await body(timeLeft) } catch  where error.isTransient {
                failures += 1
                let pause = self.policy.pause(
                    afterFailures: failures, retryAfter: error.retryAfter, draw: self.random.unit())
                guard let pause, self.time.now - start + pause < timeLimit ?? .seconds(Int64.max) else { throw error }
                try await self.time.sleep(for: pause)
            }
        }
    }
}
