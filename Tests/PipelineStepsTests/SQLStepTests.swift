// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import LLMCore
import OrderedCollections
import PipelineSteps
import Testing

@Suite("The sql step")
struct SQLStepTests {
    let folder: TestFolder
    let steps: StepRunning

    init() throws {
        self.folder = try TestFolder()
        let queue = try DatabaseQueue(path: self.folder.path + "/shop.sqlite")
        try queue.write { database in
            try database.execute(sql: "CREATE TABLE items (name TEXT, price REAL, photo BLOB)")
            for (name, price) in [("bread", 2.5), ("milk", 1), ("salt", 0.5)] {
                try database.execute(sql: "INSERT INTO items VALUES (?, ?, x'01ff')", arguments: [name, price])
            }
        }
        try queue.close()
        self.steps = StepRunning(baseFolder: self.folder.path)
    }

    func ask(_ query: String, _ more: JSONValue = [:]) -> JSONValue {
        var inputs = more.objectValue ?? [:]
        inputs["database"] = "shop.sqlite"
        inputs["query"] = .string(query)
        return .object(inputs)
    }

    @Test("Rows come as objects, and parameters are values whatever they hold")
    func rows() async throws {
        let outputs = try await self.steps.run(
            "sql",
            self.ask("SELECT name, price FROM items WHERE price < :most ORDER BY name", ["parameters": ["most": 2]]))
        #expect(outputs["rows"] == [["name": "milk", "price": 1.0], ["name": "salt", "price": 0.5]])
        let hostile = try await self.steps.run(
            "sql",
            self.ask(
                "SELECT ? AS a, ? AS a, count(*) AS n FROM items WHERE name = ?1",
                ["parameters": ["x'; DROP TABLE items; --", nil]]))
        #expect(hostile["rows"] == [["a": "x'; DROP TABLE items; --", "a_2": nil, "n": 0]])
        #expect(
            try await self.steps.run("sql", self.ask("SELECT photo FROM items LIMIT 1"))["rows"] == [["photo": "Af8="]])
    }

    @Test("Rows are limited, and more are told of")
    func limit() async throws {
        let outputs = try await self.steps.run("sql", self.ask("SELECT name FROM items", ["max_rows": 2]))
        #expect(outputs["rows"]?.arrayValue?.count == 2 && outputs["truncated"] == true)
    }

    @Test(
        "Nothing is changed, and no other file opened",
        arguments: [
            "DELETE FROM items", "INSERT INTO items VALUES ('x', 1, NULL)", "DROP TABLE items",
            "WITH x AS (SELECT 1) DELETE FROM items", "PRAGMA writable_schema = 1",
            "ATTACH 'other.sqlite' AS other",
            "SELECT 1; DELETE FROM items", "VACUUM INTO 'copy.sqlite'", "SELECT load_extension('x')", "BEGIN IMMEDIATE",
            "-- SELECT\nDELETE FROM items", "/* SELECT */ DELETE FROM items", "SELECT zeroblob(1000000000)", "SELECT ?",
            "", "SELECT",
        ])
    func hostile(query: String) async throws {
        let before = self.folder.text("shop.sqlite")
        #expect(await self.steps.failure("sql", self.ask(query)) != nil)
        #expect(self.folder.text("shop.sqlite") == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.folder.path) == ["shop.sqlite"])
    }

    @Test("A query that takes too long is interrupted")
    func tooLong() async throws {
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        let failure = await self.steps.failure("sql", self.ask(endless, ["time_limit": 0.2]))
        #expect(failure?.contains("took too long") == true, "\(failure ?? "")")
    }

    @Test("A query made of values, another folder and what is no database are refused")
    func refused() async throws {
        let pasted = await self.steps.failure("sql", ["database": "shop.sqlite", "query": "SELECT '${run.id}'"])
        #expect(pasted?.contains("parameters") == true || pasted?.contains("run.id") == true)
        #expect(
            await self.steps.failure("sql", ["database": "../shop.sqlite", "query": "SELECT 1"])?.contains("'..'")
                == true)
        try self.folder.link("link.sqlite", to: "shop.sqlite")
        #expect(
            await self.steps.failure("sql", ["database": "link.sqlite", "query": "SELECT 1"])?.contains("link") == true)
        try self.folder.write("no database, only some text that is long enough", to: "text.sqlite")
        #expect(await self.steps.failure("sql", ["database": "text.sqlite", "query": "SELECT * FROM a"]) != nil)
    }
}
