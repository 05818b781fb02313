// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

/// Events as messages: the payload is JSON text or bytes, everything else stands in the subject and the headers.
extension NATSMessage {
    private static let idHeader = "Nats-Msg-Id"
    private static let versionHeader = "Event-Schema-Version"
    /// Says that what could be JSON is bytes.
    private static let bytesHeader = "Event-Bytes"
    private static let typeHeader = "Content-Type"
    /// Says that the receipt of a stream is awaited where an answer goes.
    static let streamHeader = "Nats-Expected-Stream"
    /// Says which message of the stream must be the last for this one to be kept.
    private static let predecessorHeader = "Nats-Expected-Last-Msg-Id"
    private static let maximumIDBytes = 512
    private static let maximumDepth = 128

    /// Writes an event.
    ///
    /// - Throws: ``EventError`` with code `.invalidHeader` where the identifier is not one line of text.
    init(_ event: Event) throws {
        guard 1...Self.maximumIDBytes ~= event.id.utf8.count, event.id.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw EventError(.invalidHeader, "The identifier of an event must be one line of 1 to 512 bytes.")
        }
        self.subject = event.subject.text
        self.replyTo = event.replyTo?.text
        self.headers.reserveCapacity(event.headers.pairs.count + 2)
        self.headers.append((Self.idHeader, event.id))
        if event.schemaVersion != 1 { self.headers.append((Self.versionHeader, "\(event.schemaVersion)")) }
        for pair in event.headers.pairs { self.headers.append((pair.name, pair.value)) }
        if let bytes = event.bytes {
            self.headers.append((Self.bytesHeader, "1"))
            self.data = bytes
        } else {
            self.data = Array(event.payload.serialized().utf8)
        }
    }

    /// The message as a stream keeps it only directly behind another.
    func following(_ predecessor: NATSMessage) -> NATSMessage {
        guard let id = predecessor[Self.idHeader] else { return self }
        var message = self
        message.headers.append((Self.predecessorHeader, id))
        return message
    }

    /// Reads an event; nil where the message is none.
    ///
    /// A message that another program has published without an identifier gets one of its own. What is no JSON, or is of
    /// another type by its header, is bytes.
    /// - Parameter takesBytes: Whether bytes are taken.
    func event(takingBytes takesBytes: Bool = false) -> Event? {
        guard self.status == nil, let subject = try? EventSubject(self.subject) else { return nil }
        let payload = self.payload
        guard takesBytes || payload != nil else { return nil }
        var headers = EventHeaders()
        var id: String?
        var version = 1
        var replyTo = self.replyTo.flatMap { try? EventSubject($0) }
        for (name, value) in self.headers {
            switch name {
            case Self.idHeader: id = value
            case Self.versionHeader:
                guard let number = Int(value), number > 0 else { return nil }
                version = number
            case Self.streamHeader: replyTo = nil
            case Self.bytesHeader, Self.predecessorHeader: break
            // What others of the server's own or malformed headers say is not for subscribers.
            default: try? headers.set(name, to: value)
            }
        }
        var event = Event(
            id: id ?? "nats-\(UInt64.random(in: 0 ... .max))", subject: subject, payload: payload ?? .null,
            headers: headers, schemaVersion: version, replyTo: replyTo)
        if payload == nil { event.bytes = self.data }
        return event
    }

    /// The payload; nil where the data are bytes.
    private var payload: JSONValue? {
        guard self[Self.bytesHeader] == nil, self[Self.typeHeader].map(Self.isJSON) ?? true else { return nil }
        return self.data.isEmpty ? .null : try? JSONValue(parsing: self.data, maximumDepth: Self.maximumDepth)
    }

    /// Whether a media type is that of JSON.
    private static func isJSON(_ type: String) -> Bool {
        let essence = type.prefix { $0 != ";" && $0 != " " }.lowercased()
        return essence == "application/json" || essence.hasSuffix("+json")
    }
}
