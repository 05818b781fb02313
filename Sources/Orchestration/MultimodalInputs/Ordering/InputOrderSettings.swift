// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// How events are put in order.
public struct InputOrderSettings: Sendable, Hashable {
    /// What happens to an event for which there is no room.
    public enum FullPolicy: String, Sendable, Hashable, CaseIterable {
        /// Who brings it waits; the earliest event is given out before its time, so that room comes.
        case wait
        /// It is refused with an error.
        case refuse
        /// The earliest event that waits is dropped and counted.
        case dropOldest = "drop-oldest"
        /// It is dropped itself and counted.
        case dropNewest = "drop-newest"
    }

    /// What happens to an event that comes after later ones may have been given out.
    public enum LatePolicy: String, Sendable, Hashable, CaseIterable {
        /// It is dropped and counted.
        case drop
        /// It is given out at once, marked as late.
        case deliver
        /// It is refused with an error.
        case fail
    }

    /// Whose clock times are told by.
    public enum ClockPolicy: String, Sendable, Hashable, CaseIterable {
        /// All sources have the same clock.
        case shared
        /// Each source has its own, whose offset and skew are estimated from when events arrive.
        case estimated
    }

    /// How many bytes of payloads may usually wait: 512 MiB.
    public static let usualByteCapacity = 512 << 20
    /// What capacities in bytes there may be.
    static let byteCapacities = 1...(1 << 40)

    /// How many events may wait at a time.
    public var capacity: Int
    /// From how many bytes of payloads that wait on no more are taken; the last of those may go beyond it.
    public var byteCapacity: Int
    /// By how much an event may come later than one that happened after it, in nanoseconds.
    public var watermark: Int64
    /// What happens to an event for which there is no room.
    public var whenFull: FullPolicy
    /// What happens to an event that comes too late.
    public var whenLate: LatePolicy
    /// Whose clock times are told by.
    public var clocks: ClockPolicy
    /// After how long a silent source is no longer waited for, in nanoseconds.
    public var idleAfter: Int64

    /// Makes settings.
    ///
    /// - Throws: ``MultimodalError`` with code `.invalidSetting` where a number is out of its range: a capacity of 1 to
    ///   16,777,216 events; 1 to 2^40 bytes; times of 0 to an hour.
    public init(
        capacity: Int = 4_096, byteCapacity: Int = Self.usualByteCapacity, watermark: Duration = .milliseconds(200),
        whenFull: FullPolicy = .wait,
        whenLate: LatePolicy = .deliver, clocks: ClockPolicy = .shared, idleAfter: Duration = .seconds(1)
    ) throws {
        guard (1...(1 << 24)).contains(capacity) else {
            throw MultimodalError(
                .invalidSetting, "The queue's capacity is \(capacity); it must be 1 to \(1 << 24) events.")
        }
        guard Self.byteCapacities.contains(byteCapacity) else {
            throw MultimodalError(
                .invalidSetting,
                "The queue's capacity is \(byteCapacity) bytes; it must be 1 to \(Self.byteCapacities.upperBound).")
        }
        for time in [watermark, idleAfter] where time < .zero || time > .seconds(3_600) {
            throw MultimodalError(.invalidSetting, "A time of the queue is \(time); it must be 0 seconds to an hour.")
        }
        self.capacity = capacity
        self.byteCapacity = byteCapacity
        self.watermark = watermark.wholeNanoseconds
        self.whenFull = whenFull
        self.whenLate = whenLate
        self.clocks = clocks
        self.idleAfter = idleAfter.wholeNanoseconds
    }
}

extension Duration {
    /// The time in nanoseconds, within what 64 bits hold.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, isOver) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isOver ? (seconds < 0 ? .min : .max) : sum
    }
}
