// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The time as the server counts it: nanoseconds since some moment.
package struct ServingClock: Sendable {
    private let read: @Sendable () -> UInt64
    private let wait: @Sendable (Duration) async throws -> Void
    /// Milliseconds since 1970.
    package let date: @Sendable () -> UInt64

    /// Reads a clock.
    ///
    /// - Parameters:
    ///   - clock: What is measured and waited by.
    ///   - date: Tells the milliseconds since 1970; nil is the system's.
    package init<C: Clock<Duration>>(_ clock: C = ContinuousClock(), date: (@Sendable () -> UInt64)? = nil) {
        let start = clock.now
        self.read = { start.duration(to: clock.now).nanoseconds }
        self.wait = { try await clock.sleep(for: $0) }
        self.date =
            date ?? {
                var now = timespec()
                clock_gettime(CLOCK_REALTIME, &now)
                return UInt64(now.tv_sec) * 1000 + UInt64(now.tv_nsec) / 1_000_000
            }
    }

    /// Now.
    package var now: UInt64 { self.read() }

    /// Waits for so many nanoseconds.
    package func sleep(for nanoseconds: UInt64) async throws {
        try await self.wait(.nanoseconds(Int64(clamping: nanoseconds)))
    }
}

extension Duration {
    /// Whole nanoseconds, 0 or more.
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = self.components
        return UInt64(max(0, seconds)) &* 1_000_000_000 &+ UInt64(max(0, attoseconds) / 1_000_000_000)
    }
}
