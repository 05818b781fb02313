// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Something that has happened, told to whoever wants to know.
public struct Event: Sendable, Hashable {
    /// Names this event: one that is told twice, as after a crash, has the same identifier again.
    public var id: String
    /// What it is about.
    public var subject: EventSubject
    /// What there is to say.
    public var payload: JSONValue

    /// Makes an event.
    public init(id: String, subject: EventSubject, payload: JSONValue) {
        self.id = id
        self.subject = subject
        self.payload = payload
    }
}
