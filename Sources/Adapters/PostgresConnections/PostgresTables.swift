// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

/// A program's tables in a database, made when they are first needed.
package final class PostgresTables: Sendable {
    private let connection: PostgresConnection
    private let name: String
    private let lock: Int
    private let statements: [String]
    private let areThere = Mutex(false)

    /// Describes tables.
    ///
    /// - Parameters:
    ///   - connection: Where they are.
    ///   - name: One of them: where it is there, all are.
    ///   - lock: A number by which no other program locks; those who make the tables wait for each other by it.
    ///   - statements: What makes them.
    package init(_ connection: PostgresConnection, named name: String, lock: Int, _ statements: [String]) {
        self.connection = connection
        self.name = name
        self.lock = lock
        self.statements = statements
    }

    /// Makes the tables once; programs that begin at once wait for each other.
    ///
    /// - Throws: ``PostgresError``, `CancellationError`.
    package func prepare() async throws {
        guard !self.areThere.withLock({ $0 }) else { return }
        let (name, lock, statements) = (self.name, self.lock, self.statements)
        let isThere = try await self.connection.perform { session in
            try session.execute("SELECT to_regclass($1) IS NOT NULL", [.string(name)]).rows.first?.first
        }
        if isThere != true {
            try await self.connection.transaction { session in
                try session.execute("SELECT pg_advisory_xact_lock($1)", [.integer(lock)])
                for statement in statements { try session.execute(statement) }
            }
        }
        self.areThere.withLock { $0 = true }
    }
}
