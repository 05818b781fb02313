// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import MultimodalInputs
internal import OrderedCollections

/// What comes over a connection, message by message: media, texts, events in JSON, and objects that say what follows.
package struct InputConversation: Sendable {
    private static let keys = ["source", "modality", "timestamp_ns"]

    /// The source of what follows.
    package private(set) var source: String
    /// What kind of thing the media that follow are; nil where their bytes tell it.
    package private(set) var modality: InputModality?
    /// When the next one happened; nil for when it comes.
    private var timestamp: Int64?

    /// Begins a conversation.
    ///
    /// - Parameters:
    ///   - source: The source of what follows.
    ///   - modality: What kind of thing the media that follow are; nil where their bytes tell it.
    /// - Throws: ``MultimodalError`` with code `.invalidEvent` for the name of a source or a modality that cannot be.
    package init(source: String, modality: String? = nil) throws {
        try InputEvent.check(source: source)
        self.source = source
        self.modality = try modality.map(Self.modality)
    }

    /// Reads bytes: a picture, a recording or a text.
    ///
    /// - Parameter now: When they came, in nanoseconds since 1970.
    /// - Throws: ``MultimodalError`` that says what is wrong.
    package mutating func event(bytes: [UInt8], now: Int64) throws -> InputEvent {
        let event = try InputEvent(encoded: bytes, timestamp: self.takeTime(now), source: self.source)
        guard self.modality == nil || self.modality == event.modality else {
            throw MultimodalError(
                .unknownFormat,
                "Of '\(self.source)' is taken \(self.modality?.rawValue ?? ""), but what came is \(event.mediaType).")
        }
        return event
    }

    /// Reads a text: an object in JSON is an event, or says what follows; anything else is the event's text itself.
    ///
    /// - Parameter now: When it came, in nanoseconds since 1970.
    /// - Returns: The event; nil where it says what follows.
    /// - Throws: ``MultimodalError`` that says what is wrong.
    package mutating func event(text: String, now: Int64) throws -> InputEvent? {
        guard text.utf8.first == UInt8(ascii: "{") else {
            return try InputEvent(encoded: Array(text.utf8), timestamp: self.takeTime(now), source: self.source)
        }
        guard let json = try? JSONValue(parsing: Array(text.utf8)) else {
            throw MultimodalError(.damaged, "A text begins with '{' and is no JSON.")
        }
        if json["text"] == nil, json["data"] == nil, let members = json.objectValue {
            try self.expect(members)
            return nil
        }
        return try InputEvent(json: json, now: self.takeTime(now), source: self.source, allowsPaths: false)
    }

    /// Notes what follows: its source and modality from now on, the time of the next one.
    private mutating func expect(_ members: OrderedDictionary<String, JSONValue>) throws {
        for key in members.keys where !Self.keys.contains(key) {
            throw MultimodalError(
                .unknownFormat,
                "An event needs 'text' or 'data'; what says what follows has no key '\(key.prefix(40))'. \(NearestName.hint(for: key, in: Self.keys))"
            )
        }
        if let source = try InputEvent.text(members["source"], "source") {
            try InputEvent.check(source: source)
            self.source = source
        }
        if let modality = try InputEvent.text(members["modality"], "modality") {
            self.modality = try Self.modality(modality)
        }
        self.timestamp = try InputEvent.time(members["timestamp_ns"])
    }

    private mutating func takeTime(_ now: Int64) -> Int64 {
        defer { self.timestamp = nil }
        return self.timestamp ?? now
    }

    private static func modality(_ name: String) throws -> InputModality {
        guard let modality = InputModality(rawValue: name) else {
            throw MultimodalError(
                .invalidEvent,
                "There is no modality '\(name.prefix(40))'. \(NearestName.hint(for: name, in: InputModality.allCases.map(\.rawValue)))"
            )
        }
        return modality
    }
}
