// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import PostgresConnections
import PostgresRuns
import PostgresServing

/// A database of a test's own, in which several processes keep runs.
struct RunPlace: Sendable {
    static let hold = Duration.seconds(600)

    let url: String
    private let connection: PostgresConnection
    private let holdsClock: Bool

    /// Makes a database.
    ///
    /// - Parameter holdsClock: Whether the server's clock stands still there between calls of ``pass(_:)``, however long a test takes.
    init(holdsClock: Bool = false) async throws {
        self.url = try PostgresServer.shared().makeDatabase()
        self.holdsClock = holdsClock
        if holdsClock {
            let first = PostgresConnection(try PostgresURL(self.url))
            for statement in Self.heldClock { try await first.perform { _ = try $0.execute(statement, []) } }
        }
        self.connection = PostgresConnection(try PostgresURL(self.url))
        _ = try await self.store().runs(RunFilter())
    }

    /// A schema that is looked through before the system's own, with a clock of its own.
    private static let heldClock = [
        "CREATE SCHEMA held",
        "CREATE TABLE held.clock AS SELECT pg_catalog.statement_timestamp() AS time",
        """
        CREATE FUNCTION held.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS
            'SELECT time FROM held.clock'
        """,
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = held, pg_catalog, public', current_database()); END $$",
    ]

    /// The store as another process would open it.
    func store() throws -> PostgresRunStore { PostgresRunStore(try RunDatabase(url: self.url), hold: Self.hold) }

    /// The queue as another process would open it.
    func queue() throws -> PostgresRunQueue { PostgresRunQueue(try RunDatabase(url: self.url)) }

    /// The schedules as another process would open them.
    func schedules() throws -> PostgresScheduleStore { PostgresScheduleStore(try RunDatabase(url: self.url)) }

    /// Makes everything older, which to the server's clock is the same as waiting.
    func pass(_ duration: Duration) async throws {
        if self.holdsClock {
            try await self.execute(
                "UPDATE held.clock SET time = time + make_interval(secs => $1)", [.number(duration / .seconds(1))])
            return
        }
        try await self.execute(
            """
            UPDATE autoglm_runs SET created_at = created_at - make_interval(secs => $1),
                started_at = started_at - make_interval(secs => $1), ended_at = ended_at - make_interval(secs => $1),
                held_until = held_until - make_interval(secs => $1)
            """, [.number(duration / .seconds(1))])
        try await self.execute(
            "UPDATE autoglm_run_queue SET ready_at = ready_at - make_interval(secs => $1)",
            [.number(duration / .seconds(1))])
    }

    /// Ends every other connection to the database, as a server does that is restarted.
    func cutConnections() async throws {
        try await self.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
    }

    @discardableResult
    func execute(_ sql: String, _ values: [JSONValue] = []) async throws -> [[JSONValue]] {
        try await self.connection.perform { try $0.execute(sql, values).rows }
    }
}
