// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Brings events to whoever subscribed to their subject.
public protocol EventBus: Sendable {
    /// Tells an event.
    ///
    /// - Throws: What keeps the bus from taking it; a slow subscriber is no reason.
    func publish(_ event: Event) async throws

    /// Subscribes from now on; ends when the subscription is dropped or its reader is cancelled.
    ///
    /// - Parameters:
    ///   - pattern: The subjects wanted.
    ///   - buffer: How many events may wait for their reader, 1 or more; when there are more, the subscription ends
    ///     with ``EventError`` of code `.overrun`, so that no loss goes unnoticed.
    /// - Throws: What keeps the bus from it.
    func subscribe(_ pattern: EventPattern, buffer: Int) async throws -> EventSubscription
}

/// A kind of event whose payload has a type.
public protocol TypedEvent: Sendable {
    /// What such events are about, written as an ``EventSubject``.
    static var subject: String { get }

    /// Reads a payload.
    ///
    /// - Throws: ``EventError`` with code `.unreadablePayload`.
    init(payload: JSONValue) throws

    /// The payload.
    var payload: JSONValue { get }
}

extension EventBus {
    /// Tells an event of a kind.
    ///
    /// - Parameter id: Names the event; the same when it is told again.
    public func publish<Kind: TypedEvent>(_ event: Kind, id: String) async throws {
        try await self.publish(Event(id: id, subject: EventSubject(Kind.subject), payload: event.payload))
    }

    /// Subscribes to a kind of event; one that cannot be read ends the subscription with its error.
    public func subscribe<Kind: TypedEvent>(
        to kind: Kind.Type, buffer: Int
    ) async throws -> AsyncThrowingMapSequence<EventSubscription, Kind> {
        try await self.subscribe(EventPattern(Kind.subject), buffer: buffer).map { try Kind(payload: $0.payload) }
    }
}
