// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Lets a number of requests through at a time; others wait in line, first come first served.
///
/// A generation counts until its stream ends or is dropped. Where as many wait as may, or one has waited too long, it is
/// refused as overloaded rather than kept.
public final class ConcurrencyLimit: ModelMiddleware {
    private let permits: PermitQueue
    private let longestWait: Duration?
    private let time: Timekeeper

    /// Makes the middleware.
    ///
    /// - Parameters:
    ///   - limit: How many requests at a time, 1 or more.
    ///   - queue: How many may wait.
    ///   - longestWait: How long one may wait; nil does not limit it.
    ///   - time: The clock.
    public init(_ limit: Int, queue: Int = 0, longestWait: Duration? = nil, time: Timekeeper = Timekeeper()) {
        self.permits = PermitQueue(permits: max(1, limit), longestQueue: max(0, queue))
        self.longestWait = longestWait
        self.time = time
    }

    /// How many requests wait.
    public var queueLength: Int { self.permits.queueLength }

    /// Generates when there is room.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        let permit = try await self.permit(for: next)
        return try await next.generate(request).holding(permit)
    }

    /// Scores when there is room.
    public func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        let permit = try await self.permit(for: next)
        defer { withExtendedLifetime(permit) {} }
        return try await next.score(request)
    }

    /// Embeds when there is room.
    public func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        let permit = try await self.permit(for: next)
        defer { withExtendedLifetime(permit) {} }
        return try await next.embed(texts)
    }

    private func permit(for next: any ModelAdapter) async throws -> Lease {
        do {
            guard let longestWait else { return try await self.permits.acquire() }
            if let permit = try await self.time.race(longestWait, { try await self.permits.acquire() }) {
                return permit
            }
            throw Self.refusal("The request for the model '\(next.name)' has waited \(longestWait) for its turn.")
        } catch is PermitQueue.Full {
            throw Self.refusal("Too many requests for the model '\(next.name)' wait already.")
        }
    }

    private static func refusal(_ message: String) -> LLMError {
        var error = LLMError(.overloaded, message)
        error.isOwnRefusal = true
        return error
    }
}
