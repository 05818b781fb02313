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
    /// An event's payload is not of the form that a subscriber expects.
    public static var unreadablePayload: Self { "unreadable-payload" }
    /// A subscriber was too slow, and events were lost to it.
    public static var overrun: Self { "overrun" }
}
