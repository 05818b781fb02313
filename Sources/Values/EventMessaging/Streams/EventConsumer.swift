// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Brings each event of a stream to one of those who read it, again and again until it is acknowledged.
///
/// What was acknowledged is remembered with the stream: whoever opens the consumer again, in whatever process, goes on there.
public protocol EventConsumer: Sendable {
    /// How it brings events.
    var configuration: EventConsumerConfiguration { get }

    /// Takes what is there, and waits where nothing is.
    ///
    /// - Parameters:
    ///   - maximum: How many events at most, 1 or more.
    ///   - waiting: How long to wait for the first.
    /// - Returns: The events; none when the time is over.
    func next(_ maximum: Int, waiting: Duration) async throws -> [EventDelivery]

    /// Takes events off the consumer's list; returns when that is certain.
    func acknowledge(_ deliveries: [EventDelivery]) async throws

    /// Gives an event back.
    ///
    /// - Parameter delay: After how long it is delivered again.
    func giveBack(_ delivery: EventDelivery, after delay: Duration) async throws

    /// Begins the time to acknowledge anew.
    func extend(_ delivery: EventDelivery) async throws

    /// Takes an event off the list that cannot be dealt with.
    func discard(_ delivery: EventDelivery) async throws
}

extension EventConsumer {
    /// Takes an event off the consumer's list; returns when that is certain.
    public func acknowledge(_ delivery: EventDelivery) async throws { try await self.acknowledge([delivery]) }
}

/// How a durable consumer brings events.
public struct EventConsumerConfiguration: Sendable, Hashable {
    /// The name: letters, digits, `-` and `_`.
    public var name: String
    /// The subjects wanted; nil for all of the stream's.
    public var pattern: EventPattern?
    /// The first event.
    public var start: EventStreamStart
    /// After how long without acknowledgement an event is delivered again.
    public var acknowledgementDeadline: Duration
    /// How often an event is delivered at most; nil for no limit.
    public var maximumDeliveries: Int?
    /// How many events may wait for their acknowledgement; no more are delivered until then.
    public var maximumUnacknowledged: Int
    /// Whether events of bytes are brought, too; they are taken off the list unread otherwise.
    public var takesBytes: Bool

    /// Sets how a consumer brings events.
    public init(
        _ name: String, pattern: EventPattern? = nil, start: EventStreamStart = .oldest,
        acknowledgementDeadline: Duration = .seconds(30), maximumDeliveries: Int? = nil,
        maximumUnacknowledged: Int = 1000, takesBytes: Bool = false
    ) {
        self.name = name
        self.pattern = pattern
        self.start = start
        self.acknowledgementDeadline = acknowledgementDeadline
        self.maximumDeliveries = maximumDeliveries
        self.maximumUnacknowledged = maximumUnacknowledged
        self.takesBytes = takesBytes
    }

    /// Checks the name and the limits.
    ///
    /// - Throws: ``EventError`` with code `.invalidOptions`.
    package func check() throws {
        try EventName.check(self.name, "consumer")
        guard self.acknowledgementDeadline >= .milliseconds(1), self.maximumDeliveries.map({ $0 > 0 }) ?? true,
            self.maximumUnacknowledged > 0
        else {
            throw EventError(
                .invalidOptions,
                "The consumer '\(self.name)' has a limit below 1 or a deadline below a millisecond.")
        }
    }
}

/// An event that a consumer has brought.
public struct EventDelivery: Sendable, Hashable {
    /// The event and its place in the stream.
    public var stored: StoredEvent
    /// How often it was delivered, this time included.
    public var deliveries: Int
    /// What names this delivery to the bus.
    package var token: String

    /// The event.
    public var event: Event { self.stored.event }

    /// Describes a delivery.
    package init(_ stored: StoredEvent, deliveries: Int, token: String) {
        self.stored = stored
        self.deliveries = deliveries
        self.token = token
    }
}
