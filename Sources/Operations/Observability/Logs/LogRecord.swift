// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

/// A log line.
public struct LogRecord: Sendable {
    /// How much it matters, by the numbers of OpenTelemetry.
    public enum Severity: Int, Sendable, Comparable, CaseIterable {
        /// Every detail.
        case trace = 1
        /// What helps to find a fault.
        case debug = 5
        /// What happens.
        case info = 9
        /// What happens and is worth a look.
        case notice = 10
        /// What may become a fault.
        case warning = 13
        /// A fault.
        case error = 17
        /// A fault that ends something.
        case critical = 21

        /// By number.
        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

        /// The severity as swift-log and our lines name it.
        public var name: String { "\(self)" }

        /// A severity by its name; nil for others.
        public init?(named name: String) {
            guard let severity = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = severity
        }
    }

    /// When, in nanoseconds since 1970.
    public var time: UInt64
    /// How much it matters.
    public var severity: Severity
    /// Who says it.
    public var logger: String
    /// What is said.
    public var message: String
    /// What it belongs to; nil for what belongs to no request.
    public var trace: TraceContext?
    /// What else is known.
    public var attributes: AttributeList

    /// Makes a line.
    public init(
        time: UInt64, severity: Severity, logger: String, message: String, trace: TraceContext? = nil,
        attributes: AttributeList = [:]
    ) {
        self.time = time
        self.severity = severity
        self.logger = logger
        self.message = message
        self.trace = trace
        self.attributes = attributes
    }

    /// The line as JSON; what it says of itself comes before what else is known.
    public func json(service: String) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "timestamp": .string(Timestamp.text(self.time)), "level": .string(self.severity.name),
            "service": .string(service),
        ]
        if let trace {
            members["trace_id"] = .string("\(trace.traceID)")
            members["span_id"] = .string("\(trace.spanID)")
        }
        members["message"] = .string(self.message)
        members["logger"] = .string(self.logger)
        for (key, value) in self.attributes.all {
            members[members[key] == nil ? key : "attributes.\(key)"] = value.json
        }
        return .object(members)
    }
}
