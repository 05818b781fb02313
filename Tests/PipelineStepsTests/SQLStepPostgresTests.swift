// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OrderedCollections
import PipelineSteps
import Pipelines
import PostgresServing
import Testing

@Suite("The sql step on PostgreSQL", .timeLimit(.minutes(5)))
struct SQLStepPostgresTests {
    let server: PostgresServer
    let database: String
    let steps: StepRunning

    init() throws {
        self.server = try PostgresServer.shared()
        self.database = try self.server.makeDatabase()
        var steps = StepRunning()
        steps.access.databases["shop"] = try DatabaseAccess(self.database)
        self.steps = steps
    }

    func ask(_ query: String, _ more: JSONValue = [:]) -> JSONValue {
        var inputs = more.objectValue ?? [:]
        inputs["server"] = "shop"
        inputs["query"] = .string(query)
        return .object(inputs)
    }

    @Test("Rows come as objects with values of their types, and parameters are values whatever they hold")
    func rows() async throws {
        let query = """
            SELECT name, price, tags, $2::text AS name FROM
                (VALUES ('bread', 2.5::float8, ARRAY['old']), ('milk', 1, NULL)) AS items (name, price, tags)
                WHERE price < $1
            """
        let outputs = try await self.steps.run(
            "sql", self.ask(query, ["parameters": [2, "x'; DROP TABLE items; --"]]))
        #expect(
            outputs["rows"]
                == [["name": "milk", "price": 1.0, "tags": nil, "name_2": "x'; DROP TABLE items; --"]])
        #expect(outputs["columns"] == ["name", "price", "tags", "name_2"] && outputs["truncated"] == false)
        let few = try await self.steps.run(
            "sql", self.ask("SELECT generate_series(1, 1000000000)", ["max_rows": 2]))
        #expect(few["rows"] == [["generate_series": 1], ["generate_series": 2]] && few["truncated"] == true)
    }

    @Test(
        "Nothing is changed, and nothing but a question is asked",
        arguments: [
            "DELETE FROM pg_class", "WITH x AS (DELETE FROM pg_class RETURNING 1) SELECT * FROM x",
            "SELECT 1; SELECT 2",
            "COPY (SELECT 1) TO PROGRAM 'true'", "-- SELECT\nDROP TABLE t", "SELECT 1 INTO t",
            "EXPLAIN ANALYZE SELECT 1",
            "SELECT nothing", "SELECT $1", "", "DO $$ BEGIN END $$",
        ])
    func hostile(query: String) async {
        let failure = await self.steps.failure("sql", self.ask(query))
        #expect(
            failure?.contains("The database refuses") == true || failure?.contains("must begin with") == true,
            "\(query)")
    }

    @Test("A query that takes too long is ended")
    func tooLong() async {
        let failure = await self.steps.failure("sql", self.ask("SELECT pg_sleep(600)", ["time_limit": 0.2]))
        #expect(failure?.contains("took too long") == true, "\(failure ?? "")")
    }

    @Test(
        "Only what is allowed can be named, and only one place",
        arguments: [
            (["server": "shoop", "query": "SELECT 1"], "Did you mean 'shop'?"),
            (["server": "postgresql://elsewhere/db", "query": "SELECT 1"], "No PostgreSQL database"),
            (["query": "SELECT 1"], "names no database"),
            (["server": "shop", "database": "a.sqlite", "query": "SELECT 1"], "in place of"),
            (["server": "shop", "query": "SELECT 1", "parameters": ["a": 1]], "have no names"),
        ] as [(JSONValue, String)])
    func refused(inputs: JSONValue, words: String) async {
        let failure = await self.steps.failure("sql", inputs)
        #expect(failure?.contains(words) == true, "\(failure ?? "")")
    }

    @Test("A query made of values is refused before anything runs")
    func pasted() throws {
        let yaml = """
            pipeline: p
            inputs: {name: {type: string}}
            steps:
              - {id: ask, uses: sql, with: {server: shop, query: "SELECT '${inputs.name}'"}}
            output: "${ask.rows}"
            """
        let error = #expect(throws: (any Error).self) { try Pipeline(yaml: yaml, registry: self.steps.registry) }
        #expect(error.map { "\($0)" }?.contains("give the value in 'parameters'") == true)
    }
}
