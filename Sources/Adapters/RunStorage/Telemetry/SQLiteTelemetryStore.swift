// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import LLMCore
public import Observability
internal import Synchronization

/// Keeps recent spans and log lines in a SQLite file, a ring: the oldest give way when it is full.
public final class SQLiteTelemetryStore: TelemetryStore {
    /// How many of the oldest records give way at a time.
    private static let stride = 64

    private let file: StorageFile
    private let maximumBytes: Int
    /// About how many bytes the records have; other processes' are noticed when the file is next opened.
    private let bytes = Mutex<Int?>(nil)

    /// Opens a store.
    ///
    /// - Parameters:
    ///   - file: The file, which may hold other things, too.
    ///   - maximumBytes: About how many bytes of records are kept.
    public init(_ file: StorageFile, maximumBytes: Int = 64 << 20) {
        self.file = file
        self.maximumBytes = max(1, maximumBytes)
    }

    /// Keeps spans and log lines.
    ///
    /// - Throws: ``StorageError``.
    public func add(_ spans: [SpanRecord], _ logs: [LogRecord]) async throws {
        let rows = logs.map(TelemetryRow.init) + spans.map(TelemetryRow.init)
        let (known, maximum) = (self.bytes.withLock { $0 }, self.maximumBytes)
        let kept = try await self.file.write { database in
            var bytes = try known ?? Int.fetchOne(database, sql: "SELECT COALESCE(SUM(size), 0) FROM telemetry") ?? 0
            for row in rows {
                try row.insert(database)
                bytes += row.size
            }
            while bytes > maximum {
                let freed = try Int.fetchAll(
                    database,
                    sql: """
                        DELETE FROM telemetry WHERE number IN (SELECT number FROM telemetry ORDER BY number LIMIT ?)
                        RETURNING size
                        """, arguments: [Self.stride])
                guard !freed.isEmpty else { break }
                bytes -= freed.reduce(0, +)
            }
            return max(0, bytes)
        }
        self.bytes.withLock { $0 = kept }
    }

    /// The latest traces.
    ///
    /// - Throws: ``StorageError``.
    public func traces(_ filter: TraceFilter) async throws -> [TraceSummary] {
        let rows = try await self.file.perform { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT record, (SELECT count(*) FROM telemetry AS other WHERE other.trace = root.trace AND is_span = 1) AS spans,
                        EXISTS (SELECT 1 FROM telemetry AS other WHERE other.trace = root.trace AND is_error = 1) AS failed
                    FROM telemetry AS root
                    WHERE is_root = 1 AND took >= ? AND (? IS NULL OR instr(name, ?) > 0) AND (NOT ? OR failed)
                    ORDER BY number DESC LIMIT ?
                    """,
                arguments: [
                    Int64(filter.slowest / .nanoseconds(1)), filter.name, filter.name, filter.onlyErrors, filter.limit,
                ]
            ).map {
                (
                    try $0.value("record", as: String.self), try $0.value("spans", as: Int.self),
                    try $0.value("failed", as: Bool.self)
                )
            }
        }
        return try rows.map { record, count, hasErrors in
            TraceSummary(root: try Self.span(record), spanCount: count, hasErrors: hasErrors)
        }
    }

    /// One trace.
    ///
    /// - Throws: ``StorageError``; `TelemetryError` with code `.unknownTrace` or `.ambiguousTrace`.
    public func trace(_ beginning: String) async throws -> StoredTrace {
        let id = try await self.id(beginning)
        let rows = try await self.file.perform { database in
            try Row.fetchAll(
                database, sql: "SELECT is_span, record FROM telemetry WHERE trace = ? ORDER BY number",
                arguments: ["\(id)"]
            ).map { (try $0.value("is_span", as: Bool.self), try $0.value("record", as: String.self)) }
        }
        var trace = StoredTrace(id: id, spans: [], logs: [])
        for (isSpan, record) in rows {
            if isSpan { trace.spans.append(try Self.span(record)) } else { trace.logs.append(try Self.log(record)) }
        }
        trace.spans.sort { $0.start < $1.start }
        trace.logs.sort { $0.time < $1.time }
        return trace
    }

    /// The latest log lines.
    ///
    /// - Throws: ``StorageError``.
    public func logs(_ filter: LogFilter) async throws -> [LogRecord] {
        let trace = filter.trace.map { "\($0)" }
        let records = try await self.file.perform { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT record FROM telemetry WHERE is_span = 0 AND severity >= ? AND (? IS NULL OR trace = ?)
                    ORDER BY number DESC LIMIT ?
                    """, arguments: [filter.severity.rawValue, trace, trace, filter.limit])
        }
        return try records.reversed().map(Self.log)
    }

    private func id(_ beginning: String) async throws -> TraceID {
        let names = try await self.file.perform { database in
            // Names have nothing but hexadecimal digits; what follows them all is the end of the range.
            try String.fetchAll(
                database, sql: "SELECT DISTINCT trace FROM telemetry WHERE trace >= ? AND trace < ? LIMIT 2",
                arguments: [beginning, beginning + "g"])
        }
        guard let name = names.first, let id = TraceID(name) else {
            throw TelemetryError(
                .unknownTrace,
                "No trace that is kept has a name that begins with '\(beginning)'. See: autoglm traces list")
        }
        guard names.count == 1 else {
            throw TelemetryError(
                .ambiguousTrace, "Several traces have names that begin with '\(beginning)'; give more of it.")
        }
        return id
    }

    private static func span(_ record: String) throws -> SpanRecord {
        try self.read(record) { SpanRecord(json: $0) }
    }

    private static func log(_ record: String) throws -> LogRecord { try self.read(record) { LogRecord(stored: $0) } }

    private static func read<Value>(_ record: String, _ read: (JSONValue) -> Value?) throws -> Value {
        guard let json = try? JSONValue(parsing: record), let value = read(json) else {
            throw StorageError(.unreadable, "A record of telemetry is not what it should be; the file is damaged.")
        }
        return value
    }
}

/// A span or a log line as a row.
private struct TelemetryRow: Sendable {
    var trace: String?
    var isSpan: Bool
    var isRoot = false
    var isError = false
    var severity = 0
    var took: Int64 = 0
    var name: String
    var record: String

    init(_ span: SpanRecord) {
        self.trace = "\(span.context.traceID)"
        self.isSpan = true
        self.isRoot = span.isLocalRoot
        self.isError = span.isError
        self.took = Int64(span.duration / .nanoseconds(1))
        self.name = span.name
        self.record = span.json.serialized()
    }

    init(_ log: LogRecord) {
        self.trace = log.trace.map { "\($0.traceID)" }
        self.isSpan = false
        self.severity = log.severity.rawValue
        self.name = log.logger
        self.record = log.stored.serialized()
    }

    /// About how many bytes it has in the file, its places in the indexes included.
    var size: Int { self.record.utf8.count + self.name.utf8.count + 128 }

    func insert(_ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO telemetry (trace, is_span, is_root, is_error, severity, took, name, record, size)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(
            arguments: [
                self.trace, self.isSpan, self.isRoot, self.isError, self.severity, self.took, self.name, self.record,
                self.size,
            ])
    }
}
