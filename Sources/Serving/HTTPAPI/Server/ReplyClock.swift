// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Where replies get their time and their identifier from.
public struct ReplyClock: Sendable {
    /// Seconds since 1970.
    public var seconds: @Sendable () -> Int
    /// The time since some moment before the first reply; it never goes back.
    public var uptime: @Sendable () -> Duration
    /// Bits of an identifier that no other reply has.
    public var identifier: @Sendable () -> UInt64

    /// The system's clock and random numbers, or a test's.
    public init(
        seconds: (@Sendable () -> Int)? = nil, uptime: (@Sendable () -> Duration)? = nil,
        identifier: @escaping @Sendable () -> UInt64 = { .random(in: 0 ... .max) }
    ) {
        let start = ContinuousClock.now
        self.seconds = seconds ?? { time(nil) }
        self.uptime = uptime ?? { start.duration(to: .now) }
        self.identifier = identifier
    }

    /// An identifier with what it is for, such as `chatcmpl-…`.
    func name(_ prefix: String) -> String {
        let digits = String(self.identifier(), radix: 16)
        return prefix + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
