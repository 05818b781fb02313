// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// How often and after what pauses a request is tried again.
public struct RetryPolicy: Sendable, Hashable {
    /// The most attempts, the first one included.
    public var attempts: Int
    /// The longest pause before the second attempt; it doubles with every further one.
    public var base: Duration
    /// The longest pause, however many attempts there were.
    public var cap: Duration
    /// A backend that asks to be left alone for longer than this is not tried again.
    public var patience: Duration

    /// Sets how often and after what pauses a request is tried again.
    public init(
        attempts: Int = 3, base: Duration = .milliseconds(250), cap: Duration = .seconds(8),
        patience: Duration = .seconds(30)
    ) {
        self.attempts = attempts
        self.base = base
        self.cap = cap
        self.patience = patience
    }

    /// The pause before another attempt: drawn evenly from zero to a bound that doubles (full jitter), so that clients
    /// who failed together do not come back together, and never shorter than the backend asked for.
    ///
    /// - Parameters:
    ///   - failures: How many attempts have failed, 1 or more.
    ///   - retryAfter: What the backend asked for.
    ///   - draw: A random number from 0 to 1.
    /// - Returns: nil where there is to be no other attempt.
    public func pause(afterFailures failures: Int, retryAfter: Duration?, draw: Double) -> Duration? {
        guard failures < self.attempts, retryAfter ?? .zero <= self.patience else { return nil }
        let backoff = Backoff(first: self.base, longest: self.cap, jitter: 1)
        return max(backoff.pause(after: failures, chance: 1 - draw), retryAfter ?? .zero)
    }
}
