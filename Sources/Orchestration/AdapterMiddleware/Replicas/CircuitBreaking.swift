// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// Keeps requests away from a model that fails: see ``CircuitBreaker``.
public final class CircuitBreaking: ModelMiddleware {
    private let breaker: Mutex<CircuitBreaker>
    private let time: Timekeeper

    /// Makes the middleware; it goes around one model only.
    public init(_ settings: CircuitBreaker.Settings = .init(), time: Timekeeper = Timekeeper()) {
        self.breaker = Mutex(CircuitBreaker(settings))
        self.time = time
    }

    /// How long no request would be let through; zero while the next one would.
    public var refusal: Duration { self.breaker.withLock { $0.refusal(at: self.time.now) } }

    /// Notes what the backend said of its health when it was asked.
    func note(isWell: Bool) { self.breaker.withLock { $0.note(isWell: isWell, at: self.time.now) } }

    /// Generates; a stream that breaks off counts as a failure.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        let pass = try self.admit(to: next)
        let stream = try await self.reportingFailure(of: pass) {
            // A probe is decided by its first event, so that others need not wait for the whole answer.
            let stream = try await next.generate(request)
            return pass.isProbe ? try await stream.opened() : stream
        }
        if pass.isProbe {
            self.report(.success, of: pass)
            return stream
        }
        return stream.watched { ending in
            switch ending {
            case .complete: self.report(.success, of: pass)
            case .failed(let error): self.report(Self.outcome(error), of: pass)
            case .dropped: self.report(.unknown, of: pass)
            }
        }
    }

    /// Scores.
    public func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        try await self.run(next) { try await next.score(request) }
    }

    /// Embeds.
    public func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        try await self.run(next) { try await next.embed(texts) }
    }

    private func run<Answer>(_ next: any ModelAdapter, _ body: () async throws -> Answer) async throws -> Answer {
        let pass = try self.admit(to: next)
        let answer = try await self.reportingFailure(of: pass, body)
        self.report(.success, of: pass)
        return answer
    }

    private func admit(to next: any ModelAdapter) throws -> CircuitBreaker.Pass {
        switch self.breaker.withLock({ $0.admit(at: self.time.now) }) {
        case .admitted(let pass): return pass
        case .refused(let duration):
            throw LLMError(
                .unavailable, "The model '\(next.name)' has failed again and again, and rests for \(duration).",
                retryAfter: duration)
        }
    }

    private func reportingFailure<Answer>(
        of pass: CircuitBreaker.Pass, _ body: () async throws -> Answer
    ) async throws -> Answer {
        do { return try await body() } catch {
            self.report(Self.outcome(error), of: pass)
            throw error
        }
    }

    private func report(_ outcome: CircuitBreaker.Outcome, of pass: CircuitBreaker.Pass) {
        self.breaker.withLock { $0.report(outcome, of: pass, at: self.time.now) }
    }

    /// A request that the backend refuses for its own sake says that the backend works; where a limit of our own refused,
    /// it says nothing.
    private static func outcome(_ error: any Error) -> CircuitBreaker.Outcome {
        if error is CancellationError || error.isOwnRefusal { return .unknown }
        return error.isFaultOfBackend ? .failure(retryAfter: error.retryAfter) : .success
    }
}
