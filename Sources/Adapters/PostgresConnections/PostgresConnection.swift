// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
package import LLMCore
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A connection to a PostgreSQL database, made when it is first needed and again after it broke.
///
/// Work is done one after the other on a thread of its own, and ends soon after its task is cancelled: the server is
/// asked to cancel the statement, too.
package final class PostgresConnection: @unchecked Sendable {  // Its queue alone touches the session.
    /// Where the database is.
    package let url: PostgresURL
    private let environment: [String: String]
    private let library: @Sendable () throws -> PostgresLibrary
    private let queue = DispatchQueue(label: "open-autoglm.postgres")
    private var session: PostgresSession?

    /// Names a database; nothing is connected yet.
    ///
    /// - Parameters:
    ///   - url: Where it is.
    ///   - environment: The variables that a password may be in.
    ///   - library: Finds libpq.
    package init(
        _ url: PostgresURL, environment: [String: String] = ProcessInfo.processInfo.environment,
        library: @escaping @Sendable () throws -> PostgresLibrary = { try .shared }
    ) {
        self.url = url
        self.environment = environment
        self.library = library
    }

    /// Works with the connection, while nobody else does, to the end even if the task is cancelled.
    ///
    /// - Throws: ``PostgresError``, or what the work throws.
    package func finish<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Result { try self.work(Cancellation(), work) }) }
        }
    }

    /// Works with the connection, while nobody else does.
    ///
    /// - Throws: ``PostgresError``, `CancellationError`, or what the work throws.
    package func perform<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.queue.async {
                    continuation.resume(with: Result { try self.work(cancellation, work) })
                }
            }
        } onCancel: {
            cancellation.isCancelled.store(true, ordering: .relaxed)
        }
    }

    /// Changes something, all of it or nothing; done again where others changed the same meanwhile.
    ///
    /// - Throws: As ``perform(_:)`` does.
    package func transaction<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        try await self.perform { session in
            for _ in 1..<Self.maximumAttempts {
                do {
                    return try session.transaction(.serializable, work)
                } catch let error as PostgresError where error.code == .conflict {
                    continue
                }
            }
            return try session.transaction(.serializable, work)
        }
    }

    /// How often a transaction is tried.
    private static let maximumAttempts = 20

    /// Asks in a transaction in which the server changes nothing, and nothing of which remains.
    ///
    /// The connection stays one that only reads, whatever is done with it afterwards.
    /// - Parameters:
    ///   - sql: One statement.
    ///   - parameters: The values of `$1`, `$2` …
    ///   - limits: How much of the answer is taken.
    ///   - timeLimit: When the server ends the statement by itself.
    /// - Throws: As ``perform(_:)`` does.
    package func read(
        _ sql: String, _ parameters: [JSONValue] = [], limits: PostgresSession.Limits = .init(), timeLimit: Duration
    ) async throws -> PostgresAnswer {
        try await self.perform { session in
            try session.execute(
                """
                SELECT set_config('default_transaction_read_only', 'on', false),
                    set_config('statement_timeout', $1, false)
                """, [.string(String(max(1, Int(timeLimit / .milliseconds(1)))))])
            try session.execute("BEGIN READ ONLY")
            // Rolled back, since a commit would send what `pg_notify` was told.
            defer { if !session.isBroken { _ = try? session.execute("ROLLBACK") } }
            return try session.execute(sql, parameters, limits: limits)
        }
    }

    private func work<Value>(
        _ cancellation: Cancellation, _ work: (PostgresSession) throws -> Value
    ) throws -> Value {
        let isCancelled: @Sendable () -> Bool = { cancellation.isCancelled.load(ordering: .relaxed) }
        if isCancelled() { throw CancellationError() }
        let session = try self.session ?? self.open(isCancelled)
        session.isCancelled = isCancelled
        self.session = session
        defer { if session.isBroken { self.session = nil } }
        return try work(session)
    }

    private func open(_ isCancelled: @escaping @Sendable () -> Bool) throws -> PostgresSession {
        try PostgresSession(
            self.url, password: self.url.password.read(self.environment), library: self.library(),
            isCancelled: isCancelled)
    }
}

/// Whether the task that waits for some work was cancelled.
private final class Cancellation: Sendable {
    let isCancelled = Atomic(false)
}

extension PostgresSession {
    /// What a transaction sees of others.
    package enum Isolation: String, Sendable {
        /// Nothing: where that cannot be, it fails with `.conflict`.
        case serializable = "SERIALIZABLE"
        /// Each statement sees what is committed when it begins: for work that takes the locks that it needs.
        case readCommitted = "READ COMMITTED"
    }

    /// Works in a transaction that is committed when the work is done, and else rolled back.
    ///
    /// - Throws: ``PostgresError``, `CancellationError`, or what the work throws.
    package func transaction<Value>(
        _ isolation: Isolation, _ work: (PostgresSession) throws -> Value
    ) throws -> Value {
        try self.execute("BEGIN ISOLATION LEVEL \(isolation.rawValue)")
        do {
            let value = try work(self)
            try self.execute("COMMIT")
            return value
        } catch {
            // What the work failed with says more than a rollback that fails, too: the server rolls back by itself.
            if !self.isBroken { _ = try? self.execute("ROLLBACK") }
            throw error
        }
    }
}
