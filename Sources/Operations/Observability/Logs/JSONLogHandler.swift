// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import Logging

/// Writes log lines as JSON, each with the trace that it belongs to.
///
/// ```json
/// {"timestamp":"2026-11-29T02:00:00.000000Z","level":"error","service":"autoglm","trace_id":"…","span_id":"…","message":"…"}
/// ```
public struct JSONLogHandler: LogHandler {
    /// Writes a line.
    ///
    /// - Parameters:
    ///   - severity: How much it matters.
    ///   - line: Appends the line, newline included.
    public typealias Writer = @Sendable (_ severity: LogRecord.Severity, _ line: (inout [UInt8]) -> Void) -> Void

    /// Who says what is said.
    public let label: String
    /// What is known of every line.
    public var metadata: Logger.Metadata = [:]
    /// Gives what is known of a line when it is said.
    public var metadataProvider: Logger.MetadataProvider?
    /// Lines below this are not written; once set, the shared level counts no more for this handler.
    public var logLevel: Logger.Level {
        get { self.ownLevel ?? self.threshold.level }
        set { self.ownLevel = newValue }
    }
    private var ownLevel: Logger.Level?
    private let threshold: LogThreshold
    /// The program's name as JSON.
    private let service: [UInt8]
    private let redaction: LogRedaction
    private let receivers: [any TelemetryReceiver]
    private let write: Writer?
    private let now: @Sendable () -> UInt64

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - label: Who says what is said.
    ///   - service: The program's name.
    ///   - threshold: Lines below its level are not written.
    ///   - redaction: What is kept out of the lines.
    ///   - receivers: Who is given lines besides.
    ///   - now: The time in nanoseconds since 1970.
    ///   - write: Writes lines; nil only gives them to the receivers.
    public init(
        label: String, service: String, threshold: LogThreshold = LogThreshold(),
        redaction: LogRedaction = LogRedaction(),
        receivers: [any TelemetryReceiver] = [],
        now: @escaping @Sendable () -> UInt64 = WallTime.now,
        write: Writer?
    ) {
        self.label = label
        self.service = LogLine.quoted(service)
        self.threshold = threshold
        self.redaction = redaction
        self.receivers = receivers
        self.now = now
        self.write = write
    }

    /// What is known of every line.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    /// Writes a line.
    public func log(event: LogEvent) {
        let (severity, trace) = (LogRecord.Severity(event.level), TraceContext.current)
        guard self.isWanted(severity, of: trace) else { return }
        self.write(
            LogRecord(
                time: self.now(), severity: severity, logger: self.label,
                message: self.redaction.cleaned(event.message.description), trace: trace,
                attributes: self.attributes(of: event)))
    }

    /// Writes the line of a request.
    ///
    /// There may be ten thousands of them in a second, so that it is put together only once.
    func log(_ request: RequestLine, of trace: TraceContext) {
        guard Logger.Level.info >= self.logLevel else { return }
        let record = LogRecord(
            time: self.now(), severity: .info, logger: self.label, message: RequestLine.message, trace: trace)
        self.write(record, request)
        for receiver in self.receivers where receiver.wants(.info, of: trace) {
            var record = record
            record.attributes = request.attributes
            receiver.receive(record)
        }
    }

    private func isWanted(_ severity: LogRecord.Severity, of trace: TraceContext?) -> Bool {
        self.write != nil || self.receivers.contains { $0.wants(severity, of: trace) }
    }

    private func write(_ record: LogRecord) {
        self.write(record, nil)
        for receiver in self.receivers where receiver.wants(record.severity, of: record.trace) {
            receiver.receive(record)
        }
    }

    private func write(_ record: LogRecord, _ request: RequestLine?) {
        self.write?(record.severity) { bytes in
            LogLine.append(to: &bytes) { record.write(to: &$0, service: self.service, request) }
        }
    }

    /// What is known of a line, by name.
    private func attributes(of event: LogEvent) -> AttributeList {
        var metadata = self.metadata
        for more in [self.metadataProvider?.get(), event.metadata] {
            guard let more else { continue }
            if metadata.isEmpty { metadata = more } else { metadata.merge(more) { $1 } }
        }
        var attributes = AttributeList()
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            attributes[key] = self.redaction.cleaned(AttributeValue(value), of: key)
        }
        if let error = event.error {
            attributes["error.type"] = .string(ErrorType.name(of: error))
            attributes["error"] = .string(self.redaction.cleaned(ErrorType.message(of: error)))
        }
        return attributes
    }
}

extension AttributeValue {
    /// A value of swift-log.
    fileprivate init(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .stringConvertible(let value): self = .string("\(value)")
        case .array(let values): self = .strings(values.map { "\($0)" })
        case .dictionary: self = .string("\(value)")
        }
    }
}

extension LogRecord.Severity {
    /// A level of swift-log.
    init(_ level: Logger.Level) {
        switch level {
        case .trace: self = .trace
        case .debug: self = .debug
        case .info: self = .info
        case .notice: self = .notice
        case .warning: self = .warning
        case .error: self = .error
        case .critical: self = .critical
        }
    }

    /// The level of swift-log.
    package var level: Logger.Level { Logger.Level(rawValue: self.name) ?? .info }
}
