// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// Gives the stored answer to a request that was answered before.
///
/// Only requests whose answer would be the same again are looked up, unless told otherwise, and only whole answers are
/// stored: not what was cut off, and not what a backend withheld. A store that fails costs time, never an answer.
public final class ResponseCache: ModelMiddleware {
    /// How the cache has served so far.
    public struct Statistics: Sendable, Hashable {
        /// Requests answered from the cache.
        public internal(set) var hits = 0
        /// Requests that could have been, but were not stored.
        public internal(set) var misses = 0
        /// Times that the store failed.
        public internal(set) var failures = 0
    }

    private let store: any ResponseCacheStore
    private let scope: String
    private let lifetime: Duration
    private let includesRandom: Bool
    private let counts = Mutex(Statistics())

    /// Makes the middleware.
    ///
    /// - Parameters:
    ///   - store: Where answers are kept.
    ///   - scope: What tells this model, and how it is set up, apart from others in the same store.
    ///   - lifetime: How long an answer may be given.
    ///   - includesRandom: Whether requests that draw tokens at random, without a seed, are answered from the cache, too.
    public init(_ store: any ResponseCacheStore, scope: String, lifetime: Duration, includesRandom: Bool = false) {
        self.store = store
        self.scope = scope
        self.lifetime = lifetime
        self.includesRandom = includesRandom
    }

    /// How the cache has served so far.
    public var statistics: Statistics { self.counts.withLock { $0 } }

    /// Gives the stored answer, or generates one and stores it.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        guard self.includesRandom || request.sampling.temperature == 0 || request.sampling.seed != nil else {
            return try await next.generate(request)
        }
        let key = CacheKey(request, scope: "\(self.scope)\n\(next.name)")
        if let answer = await self.answer(for: key) {
            self.counts.withLock { $0.hits += 1 }
            return answer.replayed()
        }
        self.counts.withLock { $0.misses += 1 }
        let stream = try await next.generate(request)
        let recording = AnswerRecording()
        return GenerationStream {
            guard let event = try await stream.next() else { return nil }
            if let answer = recording.add(event) { await self.keep(answer, for: key) }
            return event
        }
    }

    private func answer(for key: CacheKey) async -> GenerationResponse? {
        do { return try await self.store.answer(for: key) } catch {
            self.counts.withLock { $0.failures += 1 }
            return nil
        }
    }

    private func keep(_ answer: GenerationResponse, for key: CacheKey) async {
        do { try await self.store.store(answer, for: key, lifetime: self.lifetime) } catch {
            self.counts.withLock { $0.failures += 1 }
        }
    }
}
