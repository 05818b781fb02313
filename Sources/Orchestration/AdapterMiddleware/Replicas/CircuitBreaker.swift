// SPDX-License-Identifier: Apache-2.0

/// Keeps requests away from a backend that fails, and lets single ones through to see whether it has recovered.
///
/// ```text
/// closed ── `failures` in a row, or told to wait ──▶ open ── rest is over ──▶ half-open (one probe)
///   ▲                                                 ▲                             │
///   │                                                 └─── probe fails: rest twice as long ───┤
///   └──────────────────────────── probe succeeds ─────────────────────────────────────────────┘
/// ```
/// A value that never waits and reads no clock: whoever holds it says what time it is.
public struct CircuitBreaker: Sendable {
    /// When a backend rests, and how long.
    public struct Settings: Sendable, Hashable {
        /// How many failures in a row open the breaker.
        public var failures: Int
        /// How long a backend rests the first time; it doubles while probes fail.
        public var rest: Duration
        /// The longest rest.
        public var longestRest: Duration

        /// Sets when a backend rests, and how long.
        public init(failures: Int = 5, rest: Duration = .seconds(5), longestRest: Duration = .seconds(120)) {
            self.failures = max(1, failures)
            self.rest = rest
            self.longestRest = longestRest
        }
    }

    /// What becomes of a request.
    public enum Admission: Sendable, Hashable {
        /// It may go on; its outcome is to be reported with the pass.
        case admitted(Pass)
        /// It may not, for this long.
        case refused(Duration)
    }

    /// Lets one request through.
    public struct Pass: Sendable, Hashable {
        /// Whether the request is the probe of a backend that has rested.
        public let isProbe: Bool
    }

    /// How a request went.
    public enum Outcome: Sendable, Hashable {
        /// The backend answered.
        case success
        /// The backend failed, and may have said how long to leave it alone.
        case failure(retryAfter: Duration?)
        /// Nobody knows: whoever asked went away.
        case unknown
    }

    private enum State {
        case closed(failures: Int)
        case open(until: Duration, rest: Duration)
        case halfOpen(rest: Duration)
    }

    private let settings: Settings
    private var state = State.closed(failures: 0)

    /// Makes a closed breaker.
    public init(_ settings: Settings = Settings()) { self.settings = settings }

    /// How long no request would be let through; zero while the next one would.
    public func refusal(at now: Duration) -> Duration {
        switch self.state {
        case .closed: .zero
        case .open(let until, _): max(.zero, until - now)
        case .halfOpen(let rest): rest
        }
    }

    /// Decides about a request.
    public mutating func admit(at now: Duration) -> Admission {
        let refusal = self.refusal(at: now)
        guard refusal == .zero else { return .refused(refusal) }
        guard case .open(_, let rest) = self.state else { return .admitted(Pass(isProbe: false)) }
        self.state = .halfOpen(rest: rest)
        return .admitted(Pass(isProbe: true))
    }

    /// Notes how a request went that was let through.
    ///
    /// Requests from before the breaker opened change nothing any more.
    public mutating func report(_ outcome: Outcome, of pass: Pass, at now: Duration) {
        switch (self.state, outcome) {
        case (.closed, .success): self.state = .closed(failures: 0)
        case (.closed(let failures), .failure(let retryAfter)):
            let isTooMany = failures + 1 >= self.settings.failures || retryAfter != nil
            self.state = isTooMany ? self.open(self.settings.rest, retryAfter, now) : .closed(failures: failures + 1)
        case (.halfOpen, .success) where pass.isProbe: self.state = .closed(failures: 0)
        case (.halfOpen(let rest), .failure(let retryAfter)) where pass.isProbe:
            self.state = self.open(rest * 2, retryAfter, now)
        case (.halfOpen(let rest), .unknown) where pass.isProbe: self.state = .open(until: now, rest: rest)
        default: break
        }
    }

    /// Notes what the backend said of its health when it was asked: well, it need not rest; unwell, it rests.
    ///
    /// Failures of requests still count in a row: a backend may think itself well and answer nobody.
    public mutating func note(isWell: Bool, at now: Duration) {
        switch (self.state, isWell) {
        case (.closed, true): break
        case (.open, true), (.halfOpen, true): self.state = .closed(failures: 0)
        case (.closed, false): self.state = self.open(self.settings.rest, nil, now)
        case (.open(_, let rest), false), (.halfOpen(let rest), false): self.state = self.open(rest, nil, now)
        }
    }

    private func open(_ rest: Duration, _ retryAfter: Duration?, _ now: Duration) -> State {
        let rest = min(rest, self.settings.longestRest)
        return .open(until: now + min(retryAfter ?? rest, self.settings.longestRest), rest: rest)
    }
}
