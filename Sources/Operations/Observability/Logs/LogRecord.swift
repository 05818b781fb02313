// SPDX-License-Identifier: Apache-2.0

public import LLMCore

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
        var bytes: [UInt8] = []
        LogLine.append(to: &bytes) { self.write(to: &$0, service: LogLine.quoted(service)) }
        return (try? JSONValue(parsing: bytes)) ?? .string(self.message)
    }

    /// Writes the line as JSON, with its end.
    ///
    /// - Parameters:
    ///   - service: The program's name as JSON.
    ///   - request: What is said instead of attributes.
    func write(to line: inout LogLine, service: [UInt8], _ request: RequestLine? = nil) {
        line.raw(#"{"timestamp":""#)
        line.time(self.time)
        line.raw(#"","level":""#)
        line.plain(self.severity.name)
        line.raw(#"","service":"#)
        line.raw(service)
        if let trace {
            line.raw(#","trace_id":""#)
            line.digits(trace.traceID.high)
            line.digits(trace.traceID.low)
            line.raw(#"","span_id":""#)
            line.digits(trace.spanID.value)
            line.raw("\"")
        }
        line.raw(#","message":"#)
        line.string(self.message)
        line.raw(#","logger":"#)
        line.string(self.logger)
        request?.write(to: &line)
        for (key, value) in self.attributes.all {
            line.raw(",")
            line.string(Self.ownNames.contains(key) ? "attributes.\(key)" : key)
            line.raw(":")
            line.value(value)
        }
        line.raw("}\n")
    }
}
