// SPDX-License-Identifier: Apache-2.0

internal import Tracing

/// The system's time, by which spans and log lines of several machines can be compared.
public enum WallTime {
    /// The time in nanoseconds since 1970.
    @Sendable public static func now() -> UInt64 { DefaultTracerClock.now.nanosecondsSinceEpoch }
}
