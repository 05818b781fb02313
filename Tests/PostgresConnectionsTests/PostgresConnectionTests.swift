// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import PostgresConnections
import PostgresServing
import Testing

@Suite("Connections to PostgreSQL", .timeLimit(.minutes(5)))
struct PostgresConnectionTests {
    let server: PostgresServer
    let database: String

    init() throws {
        self.server = try PostgresServer.shared()
        self.database = try self.server.makeDatabase()
    }

    func connection(_ url: String? = nil, environment: [String: String] = [:]) throws -> PostgresConnection {
        PostgresConnection(try PostgresURL(url ?? self.database), environment: environment)
    }

    func code(_ work: () async throws -> Void) async -> PostgresError.Code? {
        do {
            try await work()
            return nil
        } catch { return (error as? PostgresError)?.code }
    }

    @Test("A transaction is all or nothing, and tells how many rows it changed")
    func transactions() async throws {
        let connection = try self.connection()
        let changed = try await connection.transaction { session in
            try session.execute("CREATE TABLE items (name text PRIMARY KEY)")
            return try session.execute("INSERT INTO items VALUES ('a'), ('b')").affected
        }
        #expect(changed == 2)
        let failure = await self.code {
            try await connection.transaction { session in
                try session.execute("INSERT INTO items VALUES ('c')")
                try session.execute("INSERT INTO items VALUES ($1)", ["a"])
            }
        }
        #expect(failure == .violation)
        #expect(try await connection.perform { try $0.execute("SELECT * FROM items").rows } == [["a"], ["b"]])
    }

    @Test("Transactions that meet are done again until each has counted")
    func conflicts() async throws {
        try await self.connection().perform { session in
            try session.execute("CREATE TABLE counter (n int)")
            try session.execute("INSERT INTO counter VALUES (0)")
        }
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                let connection = try self.connection()
                group.addTask {
                    for _ in 0..<5 {
                        try await connection.transaction { session in
                            let n = try session.execute("SELECT n FROM counter").rows[0][0].integerValue ?? 0
                            try session.execute("UPDATE counter SET n = $1", [.integer(n + 1)])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await self.connection().perform { try $0.execute("SELECT n FROM counter").rows } == [[20]])
    }

    @Test(
        "Reading changes nothing",
        arguments: [
            "INSERT INTO t VALUES (2)", "WITH x AS (DELETE FROM t RETURNING n) SELECT * FROM x", "DROP TABLE t",
            "SELECT 1; DELETE FROM t", "SELECT * INTO copy FROM t", "SELECT * FROM t FOR UPDATE",
            "SELECT nextval('s')", "SELECT setval('s', 9)", "SELECT set_config('transaction_read_only', 'off', true)",
            "DO $$ BEGIN DELETE FROM t; END $$", "DO $$ BEGIN COMMIT; DELETE FROM t; END $$", "COMMIT; DELETE FROM t",
            "COPY t TO STDOUT", "COPY t FROM STDIN",
        ])
    func readOnly(sql: String) async throws {
        try await self.connection().perform { session in
            try session.execute("CREATE TABLE t (n int)")
            try session.execute("CREATE SEQUENCE s")
            try session.execute("INSERT INTO t VALUES (1)")
        }
        let reader = try self.connection()
        let failure = await self.code { _ = try await reader.read(sql, timeLimit: .seconds(10)) }
        #expect(failure != nil)
        let rows = try await self.connection().perform { session in
            [
                try session.execute("SELECT n FROM t").rows,
                try session.execute("SELECT is_called FROM s").rows,
                try session.execute("SELECT count(*) FROM pg_class WHERE relname = 'copy'").rows,
            ]
        }
        #expect(rows == [[[1]], [[false]], [[0]]])
    }

    @Test("What a function does nevertheless is undone")
    func rolledBack() async throws {
        let reader = try self.connection()
        _ = try await reader.read("SELECT lo_from_bytea(0, '\\x00'), pg_notify('a', 'b')", timeLimit: .seconds(10))
        let count = "SELECT count(*) FROM pg_largeobject_metadata"
        #expect(try await reader.perform { try $0.execute(count).rows } == [[0]])
        #expect(try await reader.read("", timeLimit: .seconds(10)).rows.isEmpty)
    }

    @Test("A statement that ends the transaction leaves a connection that only reads")
    func escape() async throws {
        let reader = try self.connection()
        _ = try await reader.read("COMMIT", timeLimit: .seconds(10))
        #expect(await self.code { _ = try await reader.perform { try $0.execute("CREATE TABLE x ()") } } == .refused)
    }

    @Test("Rows beyond the most are left out, however many there are")
    func rows() async throws {
        // In the list of columns the series is made while it is read.
        let endless = "SELECT generate_series(1, 1000000000) AS n, repeat('x', 1000)"
        let answer = try await self.connection().read(
            endless, limits: .init(rows: 3), timeLimit: .seconds(60))
        #expect(answer.rows.count == 3 && answer.isTruncated && answer.columns == ["n", "repeat"])
        let all = try await self.connection().read(
            "VALUES (1), (2), (3)", limits: .init(rows: 3), timeLimit: .seconds(60))
        #expect(all.rows == [[1], [2], [3]] && !all.isTruncated)
        let none = try await self.connection().read("SELECT 1 AS a WHERE false", timeLimit: .seconds(60))
        #expect(none.rows.isEmpty && none.columns == ["a"])
    }

    @Test(
        "An answer that would fill the memory is refused",
        arguments: [
            "SELECT repeat('x', 50000000)", "SELECT repeat('x', 10000), generate_series(1, 1000000000)",
            "SELECT NULL, generate_series(1, 1000000000)",
        ])
    func bytes(sql: String) async throws {
        let failure = await self.code {
            _ = try await self.connection().read(sql, limits: .init(bytes: 1 << 20), timeLimit: .seconds(60))
        }
        #expect(failure == .tooLarge)
    }

    @Test("A cancelled task cancels its statement on the server, and the connection is made anew")
    func cancellation() async throws {
        let connection = try self.connection()
        let task = Task { try await connection.perform { _ = try $0.execute("SELECT pg_sleep(600)") } }
        let watcher = try self.connection()
        let running = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)' AND state = 'active'"
        while try await watcher.perform({ try $0.execute(running).rows }) != [[1]] {}
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        while try await watcher.perform({ try $0.execute(running).rows }) != [[0]] {}
        #expect(try await connection.perform { try $0.execute("SELECT 1").rows } == [[1]])
    }

    @Test("A statement ends after its time, and a connection that the server ends is made anew")
    func ends() async throws {
        let slow = await self.code {
            _ = try await self.connection().read("SELECT pg_sleep(600)", timeLimit: .milliseconds(50))
        }
        #expect(slow == .timedOut)
        let connection = try self.connection()
        let killed = await self.code {
            _ = try await connection.perform { try $0.execute("SELECT pg_terminate_backend(pg_backend_pid())") }
        }
        #expect(killed == .interrupted)
        #expect(try await connection.perform { try $0.execute("SELECT 1").rows } == [[1]])
    }

    @Test("The server's errors are told with their state")
    func errors() async throws {
        let error = await #expect(throws: PostgresError.self) {
            try await self.connection().perform { _ = try $0.execute("SELECT nothing FROM nowhere") }
        }
        #expect(error?.code == .refused)
        #expect(error?.message == "The database says: relation \"nowhere\" does not exist (SQLSTATE 42P01).")
    }

    @Test("A password comes from the environment or a file, and is in no error")
    func passwords() async throws {
        let user = PostgresServer.carefulUser
        try self.server.execute(
            "DO $$ BEGIN CREATE ROLE \(user) LOGIN PASSWORD 'päss word'; EXCEPTION WHEN duplicate_object THEN END $$")
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("password-\(UUID().uuidString)")
        try Data("päss word\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        for (place, value) in [("password_env=WORD", "päss word"), ("password_file=\(file.path)", "")] {
            let url = self.server.url(of: "postgres", user: user, more: "&\(place)")
            let connection = try self.connection(url, environment: ["WORD": value])
            #expect(try await connection.perform { try $0.execute("SELECT current_user").rows } == [[.string(user)]])
        }
        let url = self.server.url(of: "postgres", user: user, more: "&password_env=WORD")
        let wrong = await #expect(throws: PostgresError.self) {
            try await self.connection(url, environment: ["WORD": "secret!"]).perform { _ = try $0.execute("SELECT 1") }
        }
        #expect(wrong?.code == .connectionFailed)
        #expect(wrong?.description.contains("password authentication failed") == true)
        #expect(wrong?.description.contains("secret!") == false)
        let missing = await self.code { try await self.connection(url).perform { _ in } }
        #expect(missing == .missingSecret)
    }

    @Test("A server that is not there is an error that names it")
    func absent() async throws {
        let error = await #expect(throws: PostgresError.self) {
            try await self.connection("postgresql:///shop?host=/nowhere").perform { _ in }
        }
        #expect(error?.code == .connectionFailed)
        #expect(error?.message.contains("shop on /nowhere") == true)
    }

    @Test(
        "A system without libpq, or with another library of its name, says what to install",
        arguments: [(["libpq-missing.so"], "Debian: libpq5"), (["libm.so.6"], "has no PQconnectStartParams")])
    func noLibrary(files: [String], words: String) async throws {
        let connection = PostgresConnection(try PostgresURL(self.database)) { try PostgresLibrary(files: files) }
        let error = await #expect(throws: PostgresError.self) { try await connection.perform { _ in } }
        #expect(error?.code == .noLibrary)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
}
