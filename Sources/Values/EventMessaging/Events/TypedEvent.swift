// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// A kind of event whose payload has a type, and a schema with a version.
public protocol TypedEvent: Sendable {
    /// What such events are about, written as an ``EventSubject``.
    static var subject: String { get }

    /// The version of the payloads that ``payload`` writes and ``init(payload:)`` reads, from 1.
    static var schemaVersion: Int { get }

    /// Brings a payload of another version to ``schemaVersion``.
    ///
    /// - Parameter version: The version that the payload was written in, older or newer.
    /// - Throws: ``EventError`` with code `.unsupportedSchemaVersion` where that cannot be done, as it does by default.
    static func upgrade(_ payload: JSONValue, from version: Int) throws -> JSONValue

    /// Reads a payload of ``schemaVersion``.
    ///
    /// - Throws: ``EventError`` with code `.unreadablePayload`.
    init(payload: JSONValue) throws

    /// The payload.
    var payload: JSONValue { get }
}

extension TypedEvent {
    /// 1.
    public static var schemaVersion: Int { 1 }

    /// Refuses every other version.
    public static func upgrade(_ payload: JSONValue, from version: Int) throws -> JSONValue {
        throw EventError(
            .unsupportedSchemaVersion,
            """
            An event of '\(Self.subject)' is of version \(version), and this program reads \(Self.schemaVersion): \
            \(version > Self.schemaVersion ? "update the reader" : "update the publisher, or give the reader an upgrade").
            """)
    }

    /// Reads an event, whatever the version of its payload.
    ///
    /// - Throws: ``EventError`` with code `.unsupportedSchemaVersion` or `.unreadablePayload`.
    public init(_ event: Event) throws {
        let isCurrent = event.schemaVersion == Self.schemaVersion
        try self.init(
            payload: isCurrent ? event.payload : try Self.upgrade(event.payload, from: event.schemaVersion))
    }
}

extension EventBus {
    /// Tells an event of a kind.
    ///
    /// - Parameters:
    ///   - id: Names the event; the same when it is told again.
    ///   - headers: What goes with it.
    public func publish<Kind: TypedEvent>(
        _ event: Kind, id: String, headers: EventHeaders = EventHeaders()
    ) async throws {
        try await self.publish(
            Event(
                id: id, subject: EventSubject(Kind.subject), payload: event.payload, headers: headers,
                schemaVersion: Kind.schemaVersion))
    }

    /// Subscribes to a kind of event; one that cannot be read ends the subscription with its error.
    public func subscribe<Kind: TypedEvent>(
        to kind: Kind.Type, _ options: SubscriptionOptions = SubscriptionOptions()
    ) async throws -> AsyncThrowingMapSequence<EventSubscription, Kind> {
        try await self.subscribe(EventPattern(Kind.subject), options).map { try Kind($0) }
    }

    /// Subscribes to a kind of event, with room for some that wait.
    public func subscribe<Kind: TypedEvent>(
        to kind: Kind.Type, buffer: Int
    ) async throws -> AsyncThrowingMapSequence<EventSubscription, Kind> {
        try await self.subscribe(to: kind, SubscriptionOptions(buffer: buffer))
    }
}
