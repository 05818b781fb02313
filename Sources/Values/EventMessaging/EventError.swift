// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of events.
public enum EventDomain: ErrorDomain {
    /// The family's name.
    public static let name = "event"
}

/// An error of telling or receiving events.
public typealias EventError = DomainError<EventDomain>

extension EventError.Code where Domain == EventDomain {
    /// A subject or a pattern of subjects is not written as one.
    public static var invalidSubject: Self { "invalid-subject" }
    /// A header is not written as one.
    public static var invalidHeader: Self { "invalid-header" }
    /// Limits, names or times are not what they may be.
    public static var invalidOptions: Self { "invalid-options" }
    /// An event's payload is not of the form that a subscriber expects.
    public static var unreadablePayload: Self { "unreadable-payload" }
    /// An event's payload is of a version that a subscriber cannot read.
    public static var unsupportedSchemaVersion: Self { "unsupported-schema-version" }
    /// A subscriber was too slow, and events were lost to it.
    public static var overrun: Self { "overrun" }
    /// Nobody subscribed to the subject of a question.
    public static var noResponder: Self { "no-responder" }
    /// No answer or receipt came in time.
    public static var deadlineExceeded: Self { "deadline-exceeded" }
    /// The bus cannot do this.
    public static var unsupported: Self { "unsupported" }
    /// The event is larger than the bus or the stream takes.
    public static var tooLarge: Self { "too-large" }
    /// A stream of the name keeps other events, or has other limits.
    public static var conflictingStream: Self { "conflicting-stream" }
    /// There is no such stream or consumer.
    public static var unknownStream: Self { "unknown-stream" }
    /// The bus has ended.
    public static var closed: Self { "closed" }
    /// The broker cannot be reached, and what waits for it has no more room.
    public static var unavailable: Self { "unavailable" }
    /// The broker refuses the credentials, or what was asked.
    public static var refused: Self { "refused" }
}

extension DomainError where Domain == EventDomain {
    /// What is said where a bus has ended.
    package static var busClosed: Self { EventError(.closed, "The event bus is closed; open another one.") }
}
