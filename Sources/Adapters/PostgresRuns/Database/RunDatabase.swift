// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LLMCore
package import PostgresConnections
internal import RunStorage
internal import Synchronization

/// A PostgreSQL database in which workers on any number of machines share their runs.
///
/// What is done there is done to its end even if the task is cancelled: a step that was done must be recorded. A connection that
/// breaks is made anew, and what the server had not acknowledged is done again, by statements that change nothing the second time.
public final class RunDatabase: Sendable {
    /// Where it is, without a password.
    public var description: String { "\(self.connection.url)" }

    private let connection: PostgresConnection
    private let schema: PostgresSchema
    private let patience: Duration
    /// Whether it was ever reached: only then is it worth waiting for.
    private let wasReached = Mutex(false)
    private let timer = DispatchQueue(label: "open-autoglm.runs.pauses")

    private static let pauses: [Duration] = [.milliseconds(20), .milliseconds(100), .milliseconds(300), .seconds(1)]
    /// How long a cancelled task still waits for the database.
    private static let patienceWhenCancelled = Duration.seconds(3)

    /// Uses a database; it is connected to, and its tables are made, when they are first needed.
    ///
    /// - Parameters:
    ///   - url: Such as `postgresql://autoglm@db.example/runs?password_env=PASSWORD`.
    ///   - patience: How long to wait for a database that could be reached before and cannot now.
    /// - Throws: `PostgresError` with code `.invalidURL`.
    public convenience init(url: String, patience: Duration = .seconds(60)) throws {
        self.init(PostgresConnection(try PostgresURL(url)), patience: patience)
    }

    /// Uses a database by a connection.
    package init(_ connection: PostgresConnection, patience: Duration = .seconds(60)) {
        self.connection = connection
        self.patience = patience
        self.schema = PostgresSchema(
            connection, named: "autoglm_run_versions", lock: Self.tableLock, versions: Self.versions)
    }

    /// Connects, and makes the tables where they are missing: what keeps the database from being used is said at once.
    ///
    /// - Throws: `PostgresError`, with code `.newerSchema` where a later version of this program has changed the tables.
    public func prepare() async throws { try await self.perform { _, _ in } }

    // MARK: - Work

    /// Changes something, all of it or nothing.
    ///
    /// - Parameter work: Sees, in each statement, what is committed when it begins. It is told whether it may have been done already.
    /// - Throws: `PostgresError`, or what the work throws.
    func transaction<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession, _ isAgain: Bool) throws -> Value
    ) async throws -> Value {
        try await self.perform { session, isAgain in
            try session.transaction(.readCommitted) { try work($0, isAgain) }
        }
    }

    /// Reads, or executes single statements, each of which is all or nothing.
    ///
    /// - Parameters:
    ///   - patience: How long to wait for a database that cannot be reached now; nil for the usual time.
    ///   - work: Is told whether it may have been done already.
    /// - Throws: `PostgresError`, or what the work throws.
    func perform<Value: Sendable>(
        patience: Duration? = nil, _ work: @escaping @Sendable (PostgresSession, _ isAgain: Bool) throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        var isAgain = false
        var tries = 0
        while true {
            do {
                try await self.schema.prepare()
                let value = try await self.connection.finish { [isAgain] in try work($0, isAgain) }
                self.wasReached.withLock { $0 = true }
                return value
            } catch let error as PostgresError
                where self.mayPass(error, within: patience ?? self.patience, since: start, tries: tries)
            {
                isAgain = isAgain || error.code == .interrupted
            }
            await self.pause(Self.pauses[min(tries, Self.pauses.count - 1)])
            tries += 1
        }
    }

    /// Whether it is worth trying again.
    private func mayPass(
        _ error: PostgresError, within patience: Duration, since start: ContinuousClock.Instant, tries: Int
    ) -> Bool {
        let patience = Task.isCancelled ? min(patience, Self.patienceWhenCancelled) : patience
        // Once more in any case: the connection may have broken long ago, and that only be seen now.
        guard ContinuousClock.now - start < patience || tries == 0 else { return false }
        switch error.code {
        case .interrupted, .conflict: return true
        case .connectionFailed: return self.wasReached.withLock { $0 }
        default: return false
        }
    }

    /// Waits, also in a task that was cancelled.
    private func pause(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            self.timer.asyncAfter(deadline: .now() + duration / .seconds(1)) { continuation.resume() }
        }
    }
}

extension PostgresSession {
    /// Does what refers to a value, in one transaction with storing it where it is large.
    func storing<Value>(
        _ value: StoredValue?, _ work: (PostgresSession) throws -> Value
    ) throws -> Value {
        guard let value, value.sharedText != nil else { return try work(self) }
        return try self.transaction(.readCommitted) { session in
            try session.store([value])
            return try work(session)
        }
    }

    /// Stores large values unless they are there already; the rows that refer to them come in the same transaction.
    func store(_ values: [StoredValue]) throws {
        let shared = values.compactMap { value in value.sharedText.map { (value.key, JSONValue.string($0)) } }
        guard !shared.isEmpty else { return }
        try self.keepValues()
        for (key, text) in shared {
            try self.execute(
                "INSERT INTO autoglm_run_values (hash, text) VALUES ($1, $2) ON CONFLICT DO NOTHING", [key, text])
        }
    }

    /// Keeps values from being removed until the transaction ends.
    func keepValues() throws {
        try self.execute("SELECT pg_advisory_xact_lock_shared($1)", [.integer(RunDatabase.valueLock)])
    }
}

extension StoredValue {
    /// The hash as it is stored; null where the value lies in its row.
    var key: JSONValue { self.hash.map { .string(Self.hexadecimal($0)) } ?? .null }

    /// The text where it lies in its row, else null.
    var ownText: JSONValue { self.text.map { .string($0) } ?? .null }

    /// SQL that gives a value's text wherever it lies.
    static func databaseText(of column: String) -> String {
        "coalesce(\(column), (SELECT text FROM autoglm_run_values WHERE hash = \(column)_hash)) AS \(column)"
    }
}
