// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import OrderedCollections

/// What a handler found in an event.
public struct InputFindings: Sendable, Hashable {
    /// What is written or said in it; nil where the handler does not look for that.
    public var text: String?
    /// The event as a vector; empty where the handler makes none.
    public var vector: [Float]
    /// What else was found, by name: languages, lines with their boxes, words with their times.
    public var details: OrderedDictionary<String, JSONValue>

    /// Says what was found.
    public init(text: String? = nil, vector: [Float] = [], details: OrderedDictionary<String, JSONValue> = [:]) {
        self.text = text
        self.vector = vector
        self.details = details
    }
}

/// An event, and what was found in it.
public struct HandledInput: Sendable, Hashable {
    /// The event.
    public var event: InputEvent
    /// The name of the route that it took.
    public var route: String
    /// What was found.
    public var findings: InputFindings
    /// How long that took.
    public var duration: Duration

    /// Says what was found in an event.
    public init(_ event: InputEvent, route: String, findings: InputFindings, duration: Duration) {
        self.event = event
        self.route = route
        self.findings = findings
        self.duration = duration
    }

    /// All of it but the payload's bytes.
    public var json: JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "modality": .string(self.event.modality.rawValue), "source": .string(self.event.source),
            "timestamp_ns": .integer(Int(self.event.timestamp)), "media_type": .string(self.event.mediaType),
            "late": .bool(self.event.isLate), "route": .string(self.route),
            "milliseconds": .number((self.duration / .milliseconds(1) * 1_000).rounded() / 1_000),
        ]
        if let name = self.event.name { members["name"] = .string(name) }
        if let text = self.findings.text { members["text"] = .string(text) }
        members.merge(self.findings.details) { mine, _ in mine }
        if !self.findings.vector.isEmpty {
            members["vector"] = .array(self.findings.vector.map { .number(Double($0)) })
        }
        return .object(members)
    }
}
