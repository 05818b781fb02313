// SPDX-License-Identifier: Apache-2.0

/// Takes spans and log lines as they are complete: to send them on, or to keep them.
///
/// It is called on the way of requests, so it must not wait.
public protocol TelemetryReceiver: Sendable {
    /// Takes a span that has ended.
    func receive(_ span: SpanRecord)

    /// Takes a log line.
    func receive(_ log: LogRecord)

    /// Whether a log line would be kept; what nobody wants is not put together.
    ///
    /// - Parameters:
    ///   - severity: How much it matters.
    ///   - trace: What it belongs to.
    func wants(_ severity: LogRecord.Severity, of trace: TraceContext?) -> Bool
}

extension TelemetryReceiver {
    /// Takes no spans.
    public func receive(_ span: SpanRecord) {}

    /// Takes no log lines.
    public func receive(_ log: LogRecord) {}

    /// Every line is wanted.
    public func wants(_ severity: LogRecord.Severity, of trace: TraceContext?) -> Bool { true }
}
