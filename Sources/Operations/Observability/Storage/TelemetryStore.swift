// SPDX-License-Identifier: Apache-2.0

/// Keeps recent spans and log lines, so that one can look at them without any other program.
public protocol TelemetryStore: Sendable {
    /// Keeps spans and log lines; the oldest give way where there is no room.
    ///
    /// - Throws: What keeps the storage from being written.
    func add(_ spans: [SpanRecord], _ logs: [LogRecord]) async throws

    /// The latest traces, the latest first.
    ///
    /// - Throws: What keeps the storage from being read.
    func traces(_ filter: TraceFilter) async throws -> [TraceSummary]

    /// One trace.
    ///
    /// - Parameter beginning: The trace's name, or a beginning of it that no other has.
    /// - Throws: ``TelemetryError`` with code `.unknownTrace` or `.ambiguousTrace`; what keeps the storage from being read.
    func trace(_ beginning: String) async throws -> StoredTrace

    /// The latest log lines, the earliest first.
    ///
    /// - Throws: What keeps the storage from being read.
    func logs(_ filter: LogFilter) async throws -> [LogRecord]
}

/// Which traces are wanted.
public struct TraceFilter: Sendable, Hashable {
    /// Only those in which something failed.
    public var onlyErrors = false
    /// Only those that took at least so long.
    public var slowest = Duration.zero
    /// Only those whose first span's name has this text.
    public var name: String?
    /// The most of them.
    public var limit = 20

    /// The latest 20.
    public init() {}
}

/// Which log lines are wanted.
public struct LogFilter: Sendable, Hashable {
    /// Only those of one trace, by its whole name.
    public var trace: TraceID?
    /// Only those that matter as much as this.
    public var severity = LogRecord.Severity.trace
    /// The most of them.
    public var limit = 100

    /// The latest 100.
    public init() {}
}

/// A trace in one line.
public struct TraceSummary: Sendable {
    /// Its first span in this program.
    public var root: SpanRecord
    /// How many spans there are.
    public var spanCount: Int
    /// Whether something failed.
    public var hasErrors: Bool

    /// Sums up a trace.
    public init(root: SpanRecord, spanCount: Int, hasErrors: Bool) {
        self.root = root
        self.spanCount = spanCount
        self.hasErrors = hasErrors
    }
}

/// A trace with everything that is known of it.
public struct StoredTrace: Sendable {
    /// Its name.
    public var id: TraceID
    /// Its spans, in the order in which they began.
    public var spans: [SpanRecord]
    /// Its log lines, in the order in which they were said.
    public var logs: [LogRecord]

    /// Collects a trace.
    public init(id: TraceID, spans: [SpanRecord], logs: [LogRecord]) {
        self.id = id
        self.spans = spans
        self.logs = logs
    }
}
