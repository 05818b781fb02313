// SPDX-License-Identifier: Apache-2.0

internal import CPostgres
package import LLMCore
internal import Synchronization

/// A connection while its queue works with it: every call waits for the server, and ends when the task is cancelled.
package final class PostgresSession {
    /// How much of an answer is taken.
    package struct Limits: Sendable {
        /// The most rows; more are left out, the statement is cancelled, and the connection is not used again.
        package var rows: Int
        /// The most bytes of values, all rows together; more are an error.
        package var bytes: Int

        /// Limits an answer.
        package init(rows: Int = 1_000_000, bytes: Int = 256 << 20) {
            self.rows = rows
            self.bytes = bytes
        }
    }

    let library: cpq_library
    let connection: OpaquePointer
    /// What the database is called in messages.
    let name: String
    private let password: String?
    /// Whether the task that waits for the present work was cancelled.
    var isCancelled: @Sendable () -> Bool = { false }
    /// Whether the connection can do no more, so that another is needed.
    package private(set) var isBroken = false

    /// Connects, and makes the session's texts what ``PostgresValue`` reads.
    ///
    /// - Throws: ``PostgresError``, `CancellationError`.
    init(
        _ url: PostgresURL, password: String?, library: PostgresLibrary, isCancelled: @escaping @Sendable () -> Bool
    ) throws {
        self.library = library.functions.pointee
        self.name = url.description
        self.password = password
        self.isCancelled = isCancelled
        let parameters = url.parameters(password: password)
        let connection = parameters.map(\.name).withCStrings { names in
            parameters.map(\.value).withCStrings { library.functions.pointee.connect_start(names, $0, 0) }
        }
        guard let connection else { throw PostgresError(.connectionFailed, "There is no memory for a connection.") }
        self.connection = connection
        _ = self.library.set_notice_processor(connection, { _, _ in }, nil)
        try self.connect()
        try self.execute(
            """
            SELECT set_config('datestyle', 'ISO', false), set_config('intervalstyle', 'iso_8601', false),
                set_config('timezone', 'UTC', false), set_config('bytea_output', 'hex', false),
                set_config('extra_float_digits', '1', false)
            """)
    }

    deinit { self.library.finish(self.connection) }

    /// Executes one statement; the server refuses several in one text.
    ///
    /// - Parameters:
    ///   - sql: The statement, with `$1`, `$2` … for parameters.
    ///   - parameters: Their values, which are bound: they never become a part of the statement.
    ///   - limits: How much of the answer is taken.
    /// - Throws: ``PostgresError``, `CancellationError`.
    @discardableResult
    package func execute(
        _ sql: String, _ parameters: [JSONValue] = [], limits: Limits = Limits()
    ) throws -> PostgresAnswer {
        guard !self.isBroken else { throw PostgresError(.interrupted, "The connection to \(self.name) is broken.") }
        let values = try parameters.map(PostgresValue.text)
        guard ([sql] + values.compactMap(\.self)).allSatisfy({ !$0.utf8.contains(0) }) else {
            throw PostgresError(.invalidParameter, "PostgreSQL has no texts with a zero byte in them.")
        }
        let isSent = values.withCStrings {
            self.library.send_query(self.connection, sql, Int32(values.count), nil, $0, nil, nil, 0)
        }
        guard isSent == 1 else { throw self.broken() }
        _ = self.library.set_single_rows(self.connection)
        return try self.answer(limits)
    }

    // MARK: - Answers

    private func answer(_ limits: Limits) throws -> PostgresAnswer {
        var answer = PostgresAnswer()
        var failure: PostgresError?
        var bytes = 0
        do {
            while !answer.isTruncated, let result = try self.nextResult(within: limits.bytes) {
                defer { self.library.clear(result) }
                switch self.library.result_status(result) {
                case Int32(CPQ_SINGLE_TUPLE.rawValue), Int32(CPQ_TUPLES_OK.rawValue):
                    try answer.add(result, self.library, limits, &bytes)
                case Int32(CPQ_COMMAND_OK.rawValue), Int32(CPQ_EMPTY_QUERY.rawValue): break
                case Int32(CPQ_FATAL_ERROR.rawValue):
                    // The server goes on to its end of the statement; what it says first counts.
                    failure = failure ?? self.failure(result)
                default:
                    // A statement that copies would go on for ever.
                    throw PostgresError(.refused, "Statements that copy to or from the client are not supported.")
                }
                if let text = self.library.affected(result) { answer.affected = Int(String(cString: text)) ?? 0 }
            }
        } catch {
            self.abandon()
            throw error
        }
        if answer.isTruncated { self.abandon() }
        if let failure { throw failure }
        return answer
    }

    /// Cancels the statement, and gives the connection up: the cancellation may arrive as late as in the next statement.
    private func abandon() {
        guard !self.isBroken else { return }
        self.isBroken = true
        guard let handle = self.library.get_cancel(self.connection) else { return }
        var reason = [CChar](repeating: 0, count: 256)
        _ = self.library.cancel(handle, &reason, Int32(reason.count))
        self.library.free_cancel(handle)
    }

    /// What the server says of a statement that it refuses.
    private func failure(_ result: OpaquePointer) -> PostgresError {
        func field(_ field: cpq_constant) -> String? {
            self.library.error_field(result, Int32(field.rawValue)).map { String(cString: $0) }
        }
        guard let state = field(CPQ_FIELD_SQLSTATE) else { return self.broken() }
        let hint = field(CPQ_FIELD_HINT).map { "; \($0)" } ?? ""
        return PostgresError(state: state, self.redacted((field(CPQ_FIELD_MESSAGE) ?? "no message") + hint))
    }

    /// The connection's end, with what libpq says of it.
    func broken() -> PostgresError {
        self.isBroken = true
        return PostgresError(.interrupted, "The connection to \(self.name) broke: \(self.message)")
    }

    /// What libpq says of the connection.
    var message: String {
        let text = self.library.error_message(self.connection).map { String(cString: $0) } ?? ""
        return self.redacted(text).split(separator: "\n").joined(separator: " ") + "."
    }

    private func redacted(_ text: String) -> String {
        self.password.map { text.replacing($0, with: "[password]") } ?? text
    }
}
