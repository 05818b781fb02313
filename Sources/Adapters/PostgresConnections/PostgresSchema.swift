// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

/// A program's tables in a database, in versions: made, or brought up to date, when they are first needed.
package final class PostgresSchema: Sendable {
    private let connection: PostgresConnection
    private let name: String
    private let lock: Int
    private let versions: [[String]]
    private let isReady = Mutex(false)

    /// Describes tables.
    ///
    /// - Parameters:
    ///   - connection: Where they are.
    ///   - name: The table that knows their version.
    ///   - lock: A number by which no other program locks; those who make the tables wait for each other by it.
    ///   - versions: The statements that lead to each version from the one before it; released ones are never changed.
    package init(_ connection: PostgresConnection, named name: String, lock: Int, versions: [[String]]) {
        self.connection = connection
        self.name = name
        self.lock = lock
        self.versions = versions
    }

    /// Makes the tables what they should be, once, to the end even if the task is cancelled.
    ///
    /// - Throws: ``PostgresError``, with code `.newerSchema` where a later version of this program has been there.
    package func prepare() async throws {
        guard !self.isReady.withLock({ $0 }) else { return }
        try await self.connection.finish { session in
            let isThere = try session.execute("SELECT to_regclass($1) IS NOT NULL", [.string(self.name)]).rows.first
            if isThere == [true], try self.version(session) == self.versions.count { return }
            try session.transaction(.readCommitted) { session in
                try session.execute("SELECT pg_advisory_xact_lock($1)", [.integer(self.lock)])
                try session.execute("CREATE TABLE IF NOT EXISTS \(self.name) (version bigint NOT NULL)")
                for version in try self.version(session)..<self.versions.count {
                    for statement in self.versions[version] { try session.execute(statement) }
                    try session.execute("INSERT INTO \(self.name) VALUES ($1)", [.integer(version + 1)])
                }
            }
        }
        self.isReady.withLock { $0 = true }
    }

    private func version(_ session: PostgresSession) throws -> Int {
        let found = try session.execute("SELECT coalesce(max(version), 0) FROM \(self.name)").rows.first?.first
        let version = found?.integerValue ?? 0
        guard version <= self.versions.count else {
            throw PostgresError(
                .newerSchema,
                """
                The tables in \(self.connection.url) were changed by a later version of this program, and left as they are. \
                Use that, or name another database.
                """)
        }
        return version
    }
}
