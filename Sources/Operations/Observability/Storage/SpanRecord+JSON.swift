// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

extension SpanRecord {
    /// The span as an object.
    public var json: JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "trace_id": .string("\(self.context.traceID)"), "span_id": .string("\(self.context.spanID)"),
            "parent_span_id": self.parentID.map { .string("\($0)") } ?? .null,
            "is_parent_remote": .bool(self.isParentRemote), "name": .string(self.name),
            "kind": .string(self.kind.rawValue), "start": .integer(Int(clamping: self.start)),
            "end": .integer(Int(clamping: self.end)), "attributes": self.attributes.json,
        ]
        switch self.status {
        case .unset: members["status"] = .null
        case .ok: members["status"] = "ok"
        case .error(let message): members["status"] = ["error": .string(message)]
        }
        if !self.events.isEmpty {
            members["events"] = .array(
                self.events.map { event in
                    [
                        "name": .string(event.name), "time": .integer(Int(clamping: event.time)),
                        "attributes": event.attributes.json,
                    ]
                })
        }
        return .object(members)
    }

    /// Reads a span from an object; nil for anything else.
    package init?(json: JSONValue) {
        guard let context = TraceContext(json: json), let name = json["name"]?.stringValue,
            let kind = json["kind"]?.stringValue.flatMap(Kind.init(rawValue:)),
            let start = json["start"]?.integerValue, let end = json["end"]?.integerValue
        else { return nil }
        self.init(
            context: context, parentID: json["parent_span_id"]?.stringValue.flatMap { SpanID($0) },
            isParentRemote: json["is_parent_remote"]?.boolValue ?? false, name: name, kind: kind,
            start: UInt64(clamping: start), end: UInt64(clamping: end),
            attributes: AttributeList(json: json["attributes"]))
        self.events = (json["events"]?.arrayValue ?? []).compactMap { event in
            guard let name = event["name"]?.stringValue, let time = event["time"]?.integerValue else { return nil }
            return Event(
                name: name, time: UInt64(clamping: time), attributes: AttributeList(json: event["attributes"]))
        }
        switch json["status"] {
        case .string("ok"): self.status = .ok
        case .object(let status): self.status = .error(status["error"]?.stringValue ?? "")
        default: break
        }
    }
}

extension LogRecord {
    /// The line as it is kept.
    package var stored: JSONValue {
        [
            "trace_id": self.trace.map { .string("\($0.traceID)") } ?? .null,
            "span_id": self.trace.map { .string("\($0.spanID)") } ?? .null, "time": .integer(Int(clamping: self.time)),
            "severity": .integer(self.severity.rawValue), "logger": .string(self.logger),
            "message": .string(self.message), "attributes": self.attributes.json,
        ]
    }

    /// Reads a line as it is kept; nil for anything else.
    package init?(stored json: JSONValue) {
        guard let time = json["time"]?.integerValue, let message = json["message"]?.stringValue,
            let severity = json["severity"]?.integerValue.flatMap(Severity.init(rawValue:))
        else { return nil }
        self.init(
            time: UInt64(clamping: time), severity: severity, logger: json["logger"]?.stringValue ?? "",
            message: message, trace: TraceContext(json: json), attributes: AttributeList(json: json["attributes"]))
    }
}

extension TraceContext {
    fileprivate init?(json: JSONValue) {
        guard let traceID = json["trace_id"]?.stringValue.flatMap({ TraceID($0) }),
            let spanID = json["span_id"]?.stringValue.flatMap({ SpanID($0) })
        else { return nil }
        self.init(traceID: traceID, spanID: spanID, isSampled: true)
    }
}

extension AttributeList {
    /// Reads attributes from an object; of anything else there are none.
    fileprivate init(json: JSONValue?) {
        self.init()
        for (key, value) in json?.objectValue ?? [:] { self[key] = AttributeValue(json: value) }
    }
}

extension AttributeValue {
    /// A value; nil for what none can be.
    fileprivate init?(json: JSONValue) {
        switch json {
        case .string(let text): self = .string(text)
        case .integer(let number): self = .int(number)
        case .number(let number): self = .double(number)
        case .bool(let value): self = .bool(value)
        case .array(let elements): self = Self.list(elements)
        case .null, .object: return nil
        }
    }

    /// A list, of the first type that all elements have.
    private static func list(_ elements: [JSONValue]) -> Self {
        func all<Value>(_ read: (JSONValue) -> Value?) -> [Value]? {
            let values = elements.compactMap(read)
            return values.count == elements.count && !elements.isEmpty ? values : nil
        }
        if let numbers = all(\.integerValue) { return .ints(numbers) }
        if let numbers = all(\.numberValue) { return .doubles(numbers) }
        if let values = all(\.boolValue) { return .bools(values) }
        return .strings(elements.map { $0.stringValue ?? $0.serialized() })
    }
}
