// SPDX-License-Identifier: Apache-2.0

/// Units that come at a steady rate and are kept up to a capacity; a value that reads no clock.
///
/// Units are reserved ahead: a reservation may leave a debt, and tells how long to wait until it is covered. So those who
/// wait come in turn, and one that is larger than the capacity waits for a full bucket.
public struct TokenBucket: Sendable {
    private let capacity: Double
    private let rate: Double
    private var level: Double
    private var filled = Duration.zero

    /// Makes a full bucket.
    ///
    /// - Parameters:
    ///   - perMinute: How many units come in a minute, more than 0.
    ///   - capacity: How many are kept at most; nil keeps a minute's.
    public init(perMinute: Double, capacity: Double? = nil) {
        self.rate = perMinute / 60
        self.capacity = capacity ?? perMinute
        self.level = self.capacity
    }

    /// How long until units would be there.
    public mutating func wait(for units: Double, at now: Duration) -> Duration {
        self.fill(at: now)
        return .seconds(max(0, min(units, self.capacity) - self.level) / self.rate)
    }

    /// Takes units, whether they are there or not.
    public mutating func take(_ units: Double) { self.level -= units }

    /// Gives back units that were taken and not used, or, where they are less than none, takes more.
    public mutating func giveBack(_ units: Double) { self.level = min(self.capacity, self.level + units) }

    /// How much there is, and how long until the bucket is full.
    public struct Standing: Sendable, Hashable {
        /// How much is kept at most.
        public var capacity: Double
        /// How much is there; none where there is a debt.
        public var left: Double
        /// How long until it is full again.
        public var untilFull: Duration
    }

    /// How much there is.
    public mutating func standing(at now: Duration) -> Standing {
        self.fill(at: now)
        return Standing(
            capacity: self.capacity, left: max(0, self.level),
            untilFull: .seconds((self.capacity - self.level) / self.rate))
    }

    private mutating func fill(at now: Duration) {
        let (seconds, attoseconds) = max(.zero, now - self.filled).components
        self.level = min(self.capacity, self.level + (Double(seconds) + Double(attoseconds) * 1e-18) * self.rate)
        self.filled = max(self.filled, now)
    }
}
