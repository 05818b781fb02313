// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Events that are kept in the order in which they came, within limits, and can be read again.
public protocol EventStream: Sendable {
    /// What it keeps.
    var configuration: EventStreamConfiguration { get }

    /// Tells events, and waits until each is kept.
    ///
    /// An event whose identifier came within the de-duplication window is not kept again: publishing once more after an
    /// error whose outcome is unknown is safe.
    /// - Returns: A receipt for each, in order.
    /// - Throws: ``EventError`` with code `.unknownStream` where a subject is not the stream's, or `.deadlineExceeded`.
    func append(_ events: [Event]) async throws -> [StreamReceipt]

    /// What it has at the moment.
    func state() async throws -> EventStreamState

    /// Reads kept events again, leaving consumers alone; those of bytes are passed over.
    ///
    /// - Parameters:
    ///   - start: The first one.
    ///   - pattern: The subjects wanted; nil for all.
    ///   - limit: How many at most.
    /// - Returns: The events in order; none where there are no more.
    func read(from start: EventStreamStart, matching pattern: EventPattern?, limit: Int) async throws -> [StoredEvent]

    /// Opens a durable consumer, which is made where there is none of the name.
    ///
    /// - Throws: ``EventError`` with code `.conflictingStream` where there is one with other settings.
    func consumer(_ configuration: EventConsumerConfiguration) async throws -> any EventConsumer

    /// Removes a consumer with what it knows.
    ///
    /// - Returns: Whether there was one.
    func removeConsumer(_ name: String) async throws -> Bool
}

extension EventStream {
    /// Tells an event, and waits until it is kept.
    @discardableResult
    public func append(_ event: Event) async throws -> StreamReceipt {
        guard let receipt = try await self.append([event]).first else { throw EventError.busClosed }
        return receipt
    }
}

/// What a stream keeps.
public struct EventStreamConfiguration: Sendable, Hashable {
    /// The name: letters, digits, `-` and `_`.
    public var name: String
    /// The subjects.
    public var subjects: [EventPattern]
    /// The most events, of which the oldest go first; nil for no limit.
    public var maximumCount: Int?
    /// The most bytes; nil for no limit.
    public var maximumBytes: Int?
    /// The greatest age; nil for no limit.
    public var maximumAge: Duration?
    /// How long an event's identifier is remembered.
    public var duplicateWindow: Duration

    /// Says what a stream keeps.
    public init(
        _ name: String, subjects: [EventPattern], maximumCount: Int? = nil, maximumBytes: Int? = nil,
        maximumAge: Duration? = nil, duplicateWindow: Duration = .seconds(120)
    ) {
        self.name = name
        self.subjects = subjects
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
        self.maximumAge = maximumAge
        self.duplicateWindow = duplicateWindow
    }

    /// The stream that keeps the events of some subjects for those who read it durably, such as triggers of pipelines.
    ///
    /// It drops the oldest over its limits, whether they were read or not.
    package static func keeping(_ pattern: EventPattern) -> EventStreamConfiguration {
        EventStreamConfiguration(
            self.name(of: pattern), subjects: [pattern], maximumCount: 1_000_000, maximumBytes: 256 << 20,
            maximumAge: .seconds(7 * 86_400))
    }

    /// A name that only this pattern has: what cannot be told from it is told by a hash.
    private static func name(of pattern: EventPattern) -> String {
        let text = "\(pattern)"
        var isExact = text.utf8.count <= 60
        let words = text.map { character -> String in
            if character == "." { return "_" }
            if character == "-" || (character.isASCII && (character.isLetter || character.isNumber)) {
                return "\(character)"
            }
            isExact = false
            return character == "*" ? "any" : character == ">" ? "all" : "-"
        }
        let name = "on-\(words.joined())"
        return isExact ? name : "\(name.prefix(50))-\(StableHash.hexadecimal(text).suffix(12))"
    }

    /// Checks the name and the limits.
    ///
    /// - Throws: ``EventError`` with code `.invalidOptions`.
    package func check() throws {
        try EventName.check(self.name, "stream")
        guard !self.subjects.isEmpty else {
            throw EventError(.invalidOptions, "The stream '\(self.name)' has no subjects; name at least one.")
        }
        let limits = [self.maximumCount, self.maximumBytes].compactMap { $0 }
        // JetStream takes windows and ages of 100 ms and more.
        let times = [self.maximumAge, self.duplicateWindow].compactMap { $0 }
        guard limits.allSatisfy({ $0 > 0 }), times.allSatisfy({ $0 >= .milliseconds(100) }),
            self.maximumAge.map({ self.duplicateWindow <= $0 }) ?? true
        else {
            throw EventError(
                .invalidOptions,
                """
                The stream '\(self.name)' has a limit below 1, a time below 100 ms, or a de-duplication window that is \
                longer than events are kept.
                """)
        }
    }
}

/// What became of an event that was given to a stream.
public struct StreamReceipt: Sendable, Hashable {
    /// Its place in the stream, from 1; for a duplicate that of the first one.
    public var sequence: Int
    /// Whether an event of the same identifier was there already.
    public var isDuplicate: Bool

    /// Describes what became of an event.
    public init(sequence: Int, isDuplicate: Bool) {
        self.sequence = sequence
        self.isDuplicate = isDuplicate
    }
}

/// What a stream has.
public struct EventStreamState: Sendable, Hashable {
    /// How many events.
    public var count: Int
    /// About how many bytes.
    public var bytes: Int
    /// The sequence of the oldest event; 1 more than the last where there is none.
    public var firstSequence: Int
    /// The sequence of the newest event that there ever was; 0 where there was none.
    public var lastSequence: Int

    /// Describes what a stream has.
    public init(count: Int, bytes: Int, firstSequence: Int, lastSequence: Int) {
        self.count = count
        self.bytes = bytes
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
    }
}

/// From where a stream is read.
public enum EventStreamStart: Sendable, Hashable {
    /// From the oldest event that is kept.
    case oldest
    /// From what comes next.
    case next
    /// From a sequence on, or the oldest event after it.
    case sequence(Int)
    /// From the first event that came at a time or later.
    case time(Date)
}

/// An event in a stream.
public struct StoredEvent: Sendable, Hashable {
    /// The event.
    public var event: Event
    /// Its place in the stream, from 1.
    public var sequence: Int
    /// When it came.
    public var time: Date

    /// Describes an event in a stream.
    public init(event: Event, sequence: Int, time: Date) {
        self.event = event
        self.sequence = sequence
        self.time = time
    }
}
