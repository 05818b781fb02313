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
    static let hold = Duration.seconds(15)

    let url: String
    private let connection: PostgresConnection

    init() async throws {
        self.url = try PostgresServer.shared().makeDatabase()
        self.connection = PostgresConnection(try PostgresURL(self.url))
        _ = try await self.store().runs(RunFilter())
    }

    /// The store as another process would open it.
    func store() throws -> PostgresRunStore { PostgresRunStore(try RunDatabase(url: self.url), hold: Self.hold) }

    /// The queue as another process would open it.
    func queue() throws -> PostgresRunQueue { PostgresRunQueue(try RunDatabase(url: self.url)) }

    /// The schedules as another process would open them.
    func schedules() throws -> PostgresScheduleStore { PostgresScheduleStore(try RunDatabase(url: self.url)) }

    /// Makes everything older, which to the server's clock is the same as waiting.
    func pass(_ duration: Duration) async throws {
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
