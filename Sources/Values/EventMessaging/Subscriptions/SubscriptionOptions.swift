// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What happens to an event that comes while a subscription's buffer is full.
public enum FullBufferPolicy: String, Sendable, Hashable, CaseIterable {
    /// Whoever publishes it waits until there is room.
    case suspend
    /// The event that has waited longest is dropped.
    case dropOldest = "drop-oldest"
    /// The event that comes is dropped.
    case dropNewest = "drop-newest"
    /// The subscription ends with ``EventError`` of code `.overrun` after what waits, so that no loss goes unnoticed.
    case fail
}

/// How a subscription gets its events.
public struct SubscriptionOptions: Sendable, Hashable {
    /// How many events may wait for the reader, 1 or more; as many again may be on their way to it.
    public var buffer: Int
    /// What happens to more.
    public var whenFull: FullBufferPolicy
    /// A queue group: each event goes to one subscription of the group; nil for none.
    public var group: String?
    /// Whether events of bytes come, too; they are passed over otherwise.
    public var takesBytes: Bool

    /// Sets how a subscription gets its events.
    public init(
        buffer: Int = 1024, whenFull: FullBufferPolicy = .fail, group: String? = nil,
        takesBytes: Bool = false
    ) {
        self.buffer = buffer
        self.whenFull = whenFull
        self.group = group
        self.takesBytes = takesBytes
    }

    /// Checks the size and the name.
    ///
    /// - Throws: ``EventError`` with code `.invalidOptions`.
    package func check() throws {
        guard self.buffer > 0 else {
            throw EventError(.invalidOptions, "A subscription's buffer is \(self.buffer); it must be 1 or more.")
        }
        if let group { try EventName.check(group, "queue group") }
    }
}

/// Names of groups, streams and consumers.
enum EventName {
    /// Refuses what is no name in every bus.
    ///
    /// - Throws: ``EventError`` with code `.invalidOptions`.
    static func check(_ name: String, _ what: String) throws {
        let isName = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isName, (1...64).contains(name.utf8.count) else {
            throw EventError(
                .invalidOptions,
                "'\(name.prefix(80))' is no name of a \(what); write at most 64 of a-z, A-Z, 0-9, '-' and '_'.")
        }
    }
}
