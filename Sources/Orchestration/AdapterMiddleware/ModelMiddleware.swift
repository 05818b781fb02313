// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Work around a model that is the same whatever the model: retries, limits, caches, accounts, screens.
///
/// A middleware implements what it has to do with; all else passes through. Being asked for several completions, a
/// layered model asks its layers for one at a time.
public protocol ModelMiddleware: Sendable {
    /// Takes part in one generation.
    ///
    /// - Parameters:
    ///   - request: What to continue and how.
    ///   - next: What this middleware is wrapped around.
    /// - Returns: The events; dropping the stream must drop `next`'s.
    func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream

    /// Takes part in a scoring.
    func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore]

    /// Takes part in an embedding.
    func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]]
}

extension ModelMiddleware {
    /// Passes the request on.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        try await next.generate(request)
    }

    /// Passes the request on.
    public func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        try await next.score(request)
    }

    /// Passes the texts on.
    public func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        try await next.embed(texts)
    }
}
