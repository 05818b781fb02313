// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Asks a second time when the first attempt has given nothing after a while; whichever gives a token first wins.
///
/// The loser is cancelled. Around replicas (``BalancedModel``, by anything but weights) the second attempt goes
/// elsewhere. It costs the tokens of some requests twice: the delay should be what most of them need for their first token.
public struct HedgedRequests: ModelMiddleware {
    private let delay: Duration
    private let time: Timekeeper

    /// Makes the middleware.
    ///
    /// - Parameters:
    ///   - delay: How long the first attempt has for its first event.
    ///   - time: The clock.
    public init(after delay: Duration, time: Timekeeper = Timekeeper()) {
        self.delay = delay
        self.time = time
    }

    /// Generates by one attempt or two.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        try await self.hedge { try await next.generate(request).opened() }
    }

    /// Embeds by one attempt or two.
    public func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        try await self.hedge { try await next.embed(texts) }
    }

    /// Scores by one attempt or two.
    public func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        try await self.hedge { try await next.score(request) }
    }

    /// What a child task has to say: the delay is over, or an attempt's outcome.
    private enum Report<Answer: Sendable>: Sendable {
        case delayed
        case attempt(Result<Answer, any Error>)
    }

    private func hedge<Answer: Sendable>(
        _ attempt: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await withThrowingTaskGroup(of: Report<Answer>.self) { group in
            defer { group.cancelAll() }
            group.addTask { await Self.report(attempt) }
            group.addTask {
                try await self.time.sleep(for: self.delay)
                return .delayed
            }
            var underWay = 1
            while let report = try await group.next() {
                switch report {
                case .delayed:
                    group.addTask { await Self.report(attempt) }
                    underWay += 1
                case .attempt(.success(let answer)): return answer
                case .attempt(.failure(let error)):
                    // Trying again is not this middleware's work: a failure counts unless another attempt is under way.
                    underWay -= 1
                    if underWay == 0 { throw error }
                }
            }
            throw CancellationError()
        }
    }

    private static func report<Answer: Sendable>(
        _ attempt: @Sendable () async throws -> Answer
    ) async -> Report<Answer> {
        do { return .attempt(.success(try await attempt())) } catch { return .attempt(.failure(error)) }
    }
}
