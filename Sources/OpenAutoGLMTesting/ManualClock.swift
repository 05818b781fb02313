// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A clock that moves only when told, so that tests of durations take no time and give the same answer.
public final class ManualClock: Clock {
    /// A moment of this clock, counted from its start.
    public struct Instant: InstantProtocol {
        /// How long after the clock's start it is.
        public var offset: Duration

        /// The moment some time later.
        public func advanced(by duration: Duration) -> Self { Self(offset: self.offset + duration) }
        /// How long it is until another moment.
        public func duration(to other: Self) -> Duration { other.offset - self.offset }
        /// Whether one moment is before another.
        public static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
    }

    private let state: Mutex<Duration>
    private let step: Duration

    /// Makes a clock.
    ///
    /// - Parameter step: How far the clock moves each time it is read.
    public init(step: Duration = .zero) {
        self.state = Mutex(.zero)
        self.step = step
    }

    /// The current moment; reading it moves the clock by its step.
    public var now: Instant {
        self.state.withLock { offset in
            defer { offset += self.step }
            return Instant(offset: offset)
        }
    }

    /// One nanosecond.
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// Moves the clock.
    public func advance(by duration: Duration) { self.state.withLock { $0 += duration } }

    /// Moves the clock to the deadline at once.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        self.state.withLock { $0 = max($0, deadline.offset) }
        await Task.yield()
    }
}
