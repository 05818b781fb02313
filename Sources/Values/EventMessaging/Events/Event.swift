// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Something that has happened, told to whoever wants to know.
public struct Event: Sendable, Hashable {
    /// Names this event: one that is told twice, as after a crash, has the same identifier again.
    public var id: String
    /// What it is about.
    public var subject: EventSubject
    /// What there is to say: the same value in both buses, which NATS carries as JSON text.
    public var payload: JSONValue
    /// What there is to say where it is no JSON, such as a picture: the payload is null then, and only those get the event
    /// who ask for bytes (``SubscriptionOptions/takesBytes``, ``EventConsumerConfiguration/takesBytes``).
    public var bytes: [UInt8]?
    /// What goes with it, such as the trace that it is a part of.
    public var headers: EventHeaders
    /// The version of the payload's schema, from 1.
    public var schemaVersion: Int
    /// Where an answer is awaited; nil where none is.
    public var replyTo: EventSubject?

    /// Makes an event.
    public init(
        id: String, subject: EventSubject, payload: JSONValue, headers: EventHeaders = EventHeaders(),
        schemaVersion: Int = 1, replyTo: EventSubject? = nil
    ) {
        self.id = id
        self.subject = subject
        self.payload = payload
        self.headers = headers
        self.schemaVersion = schemaVersion
        self.replyTo = replyTo
    }

    /// Makes an event of bytes; headers may say what they are, such as `Content-Type`.
    public init(id: String, subject: EventSubject, bytes: [UInt8], headers: EventHeaders = EventHeaders()) {
        self.init(id: id, subject: subject, payload: .null, headers: headers)
        self.bytes = bytes
    }

    /// About how many bytes it takes, by which streams are limited.
    var byteCount: Int {
        self.id.utf8.count + self.subject.text.utf8.count + self.payload.approximateByteCount
            + (self.bytes?.count ?? 0)
            + self.headers.pairs.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }
}

extension JSONValue {
    /// About the length of its JSON text, without writing it.
    fileprivate var approximateByteCount: Int {
        switch self {
        case .null, .bool: 4
        case .integer, .number: 8
        case .string(let text): text.utf8.count + 2
        case .array(let elements): elements.reduce(2) { $0 + $1.approximateByteCount + 1 }
        case .object(let members):
            members.reduce(2) { $0 + $1.key.utf8.count + 4 + $1.value.approximateByteCount }
        }
    }
}
