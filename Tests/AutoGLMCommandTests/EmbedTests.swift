// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("Embeddings on the command line")
struct EmbedTests {
    private static func tiny(_ name: String) -> String {
        Program.root.appending(path: "Tests/TransformerRuntimeTests/Fixtures/Encoders/\(name)").path
    }

    @Test("The JSON object has a vector a text, and texts come from arguments, a file or standard input")
    func json() async throws {
        let files = try TemporaryFiles()
        try files.write(Data("the cat\n\nthe mat\n".utf8), "texts")
        let options = ["embed", "--model", Self.tiny("bert"), "--output", "json"]
        let given = try await Program.run(options + ["the cat", "", "the mat"])
        #expect(given.status == 0 && given.errors.isEmpty)
        let report = try given.json()
        let vectors = try #require(report["vectors"]?.arrayValue)
        #expect(report["dimensions"] == 64 && vectors.count == 3 && vectors.allSatisfy { $0.arrayValue?.count == 64 })
        #expect(report["tokens"]?.arrayValue?[1] == 2 && report["truncated"] == [false, false, false])
        #expect(try await Program.run(options + ["--file", files.path("texts")]).output == given.output)
        #expect(try await Program.run(options, input: Array("the cat\r\n\r\nthe mat".utf8)).output == given.output)
    }

    @Test("Several texts are compared with each other")
    func comparison() async throws {
        let one = try await Program.run(["embed", "--model", Self.tiny("bert"), "the cat"])
        #expect(one.status == 0 && one.text.contains("64 values") && !one.text.contains("similarity"))
        let two = try await Program.run(["embed", "--model", Self.tiny("bert"), "the cat", "the cat"])
        #expect(two.text.hasSuffix("  1   1.000   1.000\n  2   1.000   1.000\n"))
    }

    @Test("A prompt goes before each text")
    func prompts() async throws {
        let options = ["embed", "--model", Self.tiny("xlm-roberta"), "--output", "json"]
        let named = try await Program.run(options + ["--prompt-name", "query", "the cat"]).json()
        let written = try await Program.run(options + ["query: the cat"]).json()
        #expect(named["vectors"] == written["vectors"] && named["vectors"] != nil)
    }

    @Test(
        "What cannot embed is an error that says what to do",
        arguments: [
            (["--model", "smollm2", "a"], 1, "is a GGUF file"), (["--model", "/nowhere", "a"], 1, "no encoder"),
            (["--model", "tests", "--file", "x", "a"], 64, "not both"), (["--threads", "0", "a"], 64, "--threads"),
            (["--model", "Sources/", "a"], 1, "no config.json"),
        ])
    func errors(arguments: [String], status: Int32, says: String) async throws {
        let outcome = try await Program.run(["embed"] + arguments)
        #expect(outcome.status == status && outcome.output.isEmpty)
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
    }
}
