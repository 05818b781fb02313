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
        public var name: String {
            switch self {
            case .trace: "trace"
            case .debug: "debug"
            case .info: "info"
            case .notice: "notice"
            case .warning: "warning"
            case .error: "error"
            case .critical: "critical"
            }
        }

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

    /// The names of what a line says of itself.
    private static let ownNames: Set<String> = [
        "timestamp", "level", "service", "trace_id", "span_id", "message", "logger",
    ]

    /// The line as JSON; what it says of itself comes before what else is known.
    public func json(service: String) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [:]
        self.members(service: service) {
            members[$0] = .string($1)
        } other: {
            members[$0] = $1.json
        }
        return .object(members)
    }

    /// Writes the line as ``json(service:)`` has it.
    package func write(service: String, to writer: inout JSONWriter) {
        writer.object { writer in
            self.members(service: service) {
                writer.member($0, $1)
            } other: { key, value in
                if case .string(let text) = value { writer.member(key, text) } else { writer.member(key, value.json) }
            }
        }
    }

    private func members(
        service: String, _ own: (String, String) -> Void, other: (String, AttributeValue) -> Void
    ) {
        own("timestamp", Timestamp.text(self.time))
        own("level", self.severity.name)
        own("service", service)
        if let trace {
            own("trace_id", trace.traceID.description)
            own("span_id", trace.spanID.description)
        }
        own("message", self.message)
        own("logger", self.logger)
        for (key, value) in self.attributes.all {
            other(Self.ownNames.contains(key) ? "attributes.\(key)" : key, value)
        }
    }
}
