// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Testing

@Suite("The program measures itself")
struct BenchTests {
    private static func rows(_ arguments: String) async throws -> [JSONValue] {
        let command = ["bench", "engine", "--runs", "1", "--output", "json"]
        let outcome = try await Program.run(command + arguments.split(separator: " ").map(String.init))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let report = try outcome.json()
        #expect(report["bench"] == "engine" && report["machine"]?["threads"] != nil)
        return try #require(report["rows"]?.arrayValue)
    }

    @Test("Rows come in the order asked for, with what programs that compare them need")
    func speeds() async throws {
        let rows = try await Self.rows(
            "--measure decode,prefill,mix --streams 1,2 --generated-tokens 4 --prompt-tokens 64 --clients 2 --requests 2"
        )
        #expect(rows.map { $0["measure"] } == ["decode_1", "decode_2", "prefill_64", "mix_2"])
        for row in rows {
            #expect(try #require(row["ours"]?.numberValue) > 0)
            #expect(row["peer"] == .null && row["unit"] == "tokens/s" && row["better"] == nil)
            #expect(row["samples"] == [try #require(row["ours"])])
        }
        #expect(rows.last?["requests"] == 2)
    }

    @Test("Lower is better for times and memory, and rows say so")
    func costs() async throws {
        let cached = try #require(try await Self.rows("--measure cached").first)
        #expect(cached["measure"] == "ttft_cached" && cached["unit"] == "ms" && cached["better"] == "lower")
        let (ours, cold) = (
            try #require(cached["ours"]?.numberValue), try #require(cached["cold_ms"]?.numberValue)
        )
        #expect(abs(try #require(cached["ratio"]?.numberValue) - ours / cold) < 0.001)
        let memory = try #require(try await Self.rows("--measure memory --clients 1").first)
        #expect(memory["measure"] == "peak_memory" && memory["unit"] == "MB" && memory["better"] == "lower")
        #expect(memory["streams"] == 1 && memory["context"] == 1024)
        // The file's 98 MB are read, and each weight is in memory once.
        #expect((98.0..<400).contains(try #require(memory["ours"]?.numberValue)))
    }

    @Test("Prompts have the length asked for and share no beginning that would be worth remembering")
    func prompts() async throws {
        let outcome = try await Program.run(
            ["bench", "prompts", "--count", "120", "--tokens", "70", "--output", "json"])
        let prompts = try #require(try outcome.json()["prompts"]?.arrayValue).compactMap(\.arrayValue)
        #expect(prompts.count == 120 && prompts.allSatisfy { $0.count == 70 })
        #expect(Set(prompts.map { $0.prefix(3) }).count == 120)
    }

    // MARK: - Constraints

    @Test("Schemas and their instances are counted, and wrong labels found")
    func constraints() async throws {
        let files = try TemporaryFiles([
            "schemas.jsonl": #"""
            {"id": "a", "schema": {"type": "boolean"}, "tests": [{"valid": true, "data": true}, {"valid": false, "data": 1}]}

            {"id": "b", "schema": {"type": "null"}, "tests": [{"valid": false, "data": null}, {"valid": true, "data": 2}]}
            {"id": "c", "schema": {"uniqueItems": true, "minItems": 2}, "tests": [{"valid": true, "data": [1, 2]}]}
            """#
        ])
        let outcome = try await Program.run(
            ["bench", "constraints", "--schemas", files.path("schemas.jsonl"), "--output", "json"])
        #expect(outcome.status == 0)
        let report = try outcome.json()
        #expect(report["schemas"] == 3 && report["compiled"] == 2 && report["refused_by"] == ["uniqueItems": 1])
        #expect(report["instances"] == 5 && report["tested"] == 4)
        #expect(report["wrongly_admitted"] == 1 && report["wrongly_refused"] == 1)
        #expect(try #require(report["mask_us_mean"]?.numberValue) > 0)
    }

    @Test("Each layer around a model has the times that it adds")
    func middleware() async throws {
        let outcome = try await Program.run([
            "bench", "middleware", "--requests", "2", "--pieces", "2", "--runs", "1", "--output", "json",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let rows = try #require(try outcome.json()["rows"]?.arrayValue)
        let measures = rows.compactMap { $0["measure"]?.stringValue }
        #expect(measures.count == 26 && measures.first == "none_request_us" && measures.last == "all_piece_us")
        #expect(try #require(rows.first?["ours"]?.numberValue) > 0)
    }

    @Test(
        "A file without schemas is an error, and so is a line without one",
        arguments: [
            ("", "has no schemas"), ("\n\n", "has no schemas"), ("{}", "Line 1 "),
            ("{\"schema\": {}, \"tests\": []}\n[1]", "Line 2 "), ("{\"schema\": {}}", "Line 1 "), ("{", "Line 1 "),
        ])
    func noSchemas(text: String, says: String) async throws {
        let files = try TemporaryFiles(["schemas.jsonl": text])
        let outcome = try await Program.run(["bench", "constraints", "--schemas", files.path("schemas.jsonl")])
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.errors.contains(says) && outcome.errors.contains("code: command.bad-input"))
    }
}
