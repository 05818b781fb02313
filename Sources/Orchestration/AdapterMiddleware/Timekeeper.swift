// SPDX-License-Identifier: Apache-2.0

/// A clock of any type, read as the time since this value was made.
public struct Timekeeper: Sendable {
    private let read: @Sendable () -> Duration
    private let wait: @Sendable (Duration) async throws -> Void

    /// Reads a clock.
    public init<C: Clock<Duration>>(_ clock: C = ContinuousClock()) {
        let start = clock.now
        self.read = { start.duration(to: clock.now) }
        self.wait = { try await clock.sleep(for: $0) }
    }

    /// The time since this value was made.
    public var now: Duration { self.read() }

    /// Waits.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(for duration: Duration) async throws { try await self.wait(duration) }
}
