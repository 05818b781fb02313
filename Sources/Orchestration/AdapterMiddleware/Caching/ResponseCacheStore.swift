// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Where a response cache keeps whole answers.
public protocol ResponseCacheStore: Sendable {
    /// The answer stored under a key, unless its lifetime is over.
    func answer(for key: CacheKey) async throws -> GenerationResponse?

    /// Keeps an answer, replacing an older one.
    ///
    /// - Parameters:
    ///   - answer: A whole answer.
    ///   - key: The request's key.
    ///   - lifetime: How long it may be given.
    func store(_ answer: GenerationResponse, for key: CacheKey, lifetime: Duration) async throws
}
