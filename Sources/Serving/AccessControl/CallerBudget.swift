// SPDX-License-Identifier: Apache-2.0

package import AdapterMiddleware
internal import LLMCore
internal import Synchronization

/// What somebody may still ask for, kept while the server runs.
final class CallerBudget: Sendable {
    let allowance: Allowance
    /// Keeps the tokens of his requests within his rate.
    let tokenLimit: RateLimit?
    private let requests: Mutex<TokenBucket?>
    private let time: Timekeeper

    init(_ allowance: Allowance, time: Timekeeper) {
        self.allowance = allowance
        self.time = time
        self.requests = Mutex(allowance.requestsPerMinute.map { TokenBucket(perMinute: $0) })
        self.tokenLimit = allowance.tokensPerMinute.map {
            RateLimit(tokensPerMinute: $0, longestWait: .zero, time: time)
        }
    }

    /// Takes a request.
    ///
    /// - Throws: ``AccessError`` with code `.rateLimited` where none is left.
    func take(for name: String) throws {
        let now = self.time.now
        let wait = self.requests.withLock { bucket -> Duration in
            let wait = bucket?.wait(for: 1, at: now) ?? .zero
            if wait <= .zero { bucket?.take(1) }
            return wait
        }
        guard wait > .zero else { return }
        throw AccessError(
            .rateLimited,
            "The key '\(name)' may make \(Int(self.allowance.requestsPerMinute ?? 0)) requests a minute; try again later.",
            retryAfter: wait)
    }

    /// What is left.
    var standing: RateStanding {
        let now = self.time.now
        return RateStanding(
            requests: self.requests.withLock { $0?.standing(at: now) }, tokens: self.tokenLimit?.tokenStanding)
    }
}

/// What somebody may still ask for, as he is told.
package struct RateStanding: Sendable {
    /// The requests; nil where they are not limited.
    package var requests: TokenBucket.Standing?
    /// The tokens; nil where they are not limited.
    package var tokens: TokenBucket.Standing?
}
