// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("Tokens, templates, schemas and pipelines on the command line")
struct TextToolTests {
    // MARK: - Tokens

    @Test(
        "Tokens turn back into the same bytes, whatever they are",
        arguments: [
            "Hello world", "", " leading and trailing \n\n", "你好，世界 👩‍👩‍👧‍👦 café", "a\r\n\tb\u{0}c",
            "<|im_start|>user<|im_end|>",
        ])
    func roundTrip(text: String) async throws {
        let tokens = try await Program.run(["tokenize", "--output", "json"], input: Array(text.utf8))
        #expect(tokens.status == 0)
        #expect(try tokens.json()["count"]?.integerValue == tokens.json()["token_ids"]?.arrayValue?.count)
        let back = try await Program.run(["detokenize"], input: tokens.output)
        #expect(back.status == 0)
        #expect(back.output == Array(text.utf8))
    }

    @Test("The bytes of a file are taken as they are, text or not")
    func fileBytes() async throws {
        let files = try TemporaryFiles()
        try files.write(Data([0x61, 0xFF, 0xFE, 0x0A, 0xE4, 0xBD]), "bytes")
        let tokens = try await Program.run(["tokenize", "--file", files.path("bytes")])
        let piped = try await Program.run(["tokenize"], input: [0x61, 0xFF, 0xFE, 0x0A, 0xE4, 0xBD])
        #expect(tokens.status == 0 && tokens.text == piped.text)
        let withNewline = try await Program.run(["tokenize"], input: Array("a\n".utf8))
        let without = try await Program.run(["tokenize"], input: Array("a".utf8))
        #expect(withNewline.text != without.text)
    }

    @Test(
        "Special tokens are parsed unless that is forbidden",
        arguments: [
            ([String](), 1), (["--parse-special"], 1), (["--no-parse-special"], 6),
        ])
    func specialTokens(options: [String], count: Int) async throws {
        let report = try await Program.run(["tokenize", "--output", "json", "--pieces"] + options + ["<|im_end|>"])
            .json()
        let found = try #require(report["count"]?.integerValue)
        #expect(count == 1 ? found == 1 : found > 1)
        #expect(report["pieces"]?.arrayValue?.compactMap(\.stringValue).joined() == "<|im_end|>")
    }

    @Test("A file that holds only a vocabulary will do")
    func vocabularyOnly() async throws {
        let files = try TemporaryFiles()
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        let path = "\(cache)/autoglm/models/SmolLM2-135M-Instruct.Q4_1.gguf"
        try #require(FileManager.default.fileExists(atPath: path), "The default model is missing: run make setup.")
        let handle = try #require(FileHandle(forReadingAtPath: path))
        var data = try #require(try handle.read(upToCount: 4 << 20))
        // The number of tensors stands behind the magic and the version.
        data.replaceSubrange(8..<16, with: Data(count: 8))
        try files.write(data, "vocabulary.gguf")
        let arguments = ["tokenize", "Hello world", "--model"]
        let small = try await Program.run(arguments + [files.path("vocabulary.gguf")])
        let whole = try await Program.run(arguments + ["smollm2"])
        #expect(small.status == 0 && small.text == whole.text)
        #expect(whole.text == "19556 905\n")
    }

    // MARK: - Templates

    @Test("A template is rendered exactly, with its neighbours and no newline added")
    func render() async throws {
        let files = try TemporaryFiles([
            "page.j2": "{% extends 'base.j2' %}{% block body %}{% include 'part.j2' %}{% endblock %}",
            "base.j2": "[{% block body %}{% endblock %}]\n\n", "part.j2": "Hi {{ name }}\n",
            "context.json": #"{"name": "é <b>"}"#,
        ])
        let arguments = ["render", files.path("page.j2"), "--context", files.path("context.json")]
        #expect(try await Program.run(arguments).text == "[Hi é <b>]\n")
        #expect(try await Program.run(arguments + ["--keep-trailing-newline"]).text == "[Hi é <b>\n]\n\n")
        #expect(try await Program.run(arguments + ["--autoescape"]).text == "[Hi é &lt;b&gt;]\n")
    }

    @Test(
        "Options change how blocks and missing values are treated",
        arguments: [
            ([], "a\n  {% if true %}\nb{% endif %}", "a\n  \nb"),
            (["--trim-blocks", "--lstrip-blocks"], "a\n  {% if true %}\nb{% endif %}", "a\nb"),
            (["--chat"], "a\n  {% if true %}\nb{% endif %}", "a\nb"), ([], "[{{ x }}]", "[]"),
            (["--undefined", "chainable"], "[{{ x.y.z }}]", "[]"),
        ])
    func renderOptions(options: [String], template: String, expected: String) async throws {
        let outcome = try await Program.run(["render", "-"] + options, input: Array(template.utf8))
        #expect(outcome.text == expected)
        #expect(outcome.status == 0)
    }

    @Test(
        "A template's error names template, line and column",
        arguments: [
            (["--undefined", "strict"], "ok\n  {{ x }}", "line 2", "x"), ([], "\n\n{% fi %}", "line 3", "fi"),
            ([], "{% include '../secret' %}", "line 1", "../secret"),
        ])
    func renderErrors(options: [String], template: String, line: String, said: String) async throws {
        let outcome = try await Program.run(["render", "-"] + options, input: Array(template.utf8))
        #expect(outcome.status == 1 && outcome.text.isEmpty)
        for part in ["<stdin>", line, "column", said, "code: prompt."] { #expect(outcome.errors.contains(part)) }
    }

    // MARK: - Schemas

    @Test(
        "An instance is valid or its violations are shown",
        arguments: [("{\"a\":1}", 0), ("{\"a\":\"x\"}", 1), ("7", 1)])
    func validate(instance: String, status: Int32) async throws {
        let files = try TemporaryFiles([
            "s.json": #"{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}"#
        ])
        let arguments = ["validate", "--schema", files.path("s.json"), "--instance", "-"]
        let text = try await Program.run(arguments, input: Array(instance.utf8))
        #expect(text.status == status)
        #expect((text.text == "valid\n") == (status == 0))
        let json = try await Program.run(arguments + ["--output", "json"], input: Array(instance.utf8))
        #expect(json.status == status)
        #expect(try json.json()["valid"] == .bool(status == 0))
        #expect(try json.json()["errors"]?.arrayValue?.isEmpty == (status == 0))
    }

    @Test("A folder of test files is run, with its remote schemas and its drafts")
    func suite() async throws {
        let files = try TemporaryFiles([
            "remotes/a.json": #"{"type": "integer"}"#,
            "draft4/a.json": #"""
            [{"description": "remote", "schema": {"$ref": "http://localhost:1234/a.json"},
              "tests": [{"description": "right", "data": 1, "valid": true}, {"description": "wrong", "data": 1.0, "valid": true}]}]
            """#,
            "draft4/optional/format/b.json": #"""
            [{"description": "format", "schema": {"format": "ipv4"}, "tests": [{"description": "b", "data": "", "valid": false}]}]
            """#,
        ])
        let required = try await Program.run(["validate", "--suite", files.path("draft4"), "--output", "json"])
        #expect(required.status == 1)
        #expect(try required.json()["passed"] == 1 && required.json()["failed"] == 1)
        let all = try await Program.run(["validate", "--suite", files.path(""), "--optional"])
        #expect(all.text.contains("draft4/a.json: remote: wrong: should be valid"))
        #expect(all.text.hasSuffix("2 passed, 1 failed\n"))
        let both = try await Program.run(["validate", "--suite", files.path(""), "--schema", "x"])
        #expect(both.status == 64 && both.errors.contains("--suite alone"))
    }

    // MARK: - Pipelines

    @Test("The example of the whole flow runs and reports every step")
    func run() async throws {
        let question = "What is the capital of France?"
        let outcome = try await Program.run(
            ["run", "Examples/task-flow.yaml", "--input", question, "--output", "json"])
        #expect(outcome.status == 0)
        let report = try outcome.json()
        #expect(report["pipeline"] == "task-flow")
        #expect(report["output"]?["task"] == "question-answering")
        #expect(report["output"]?["answer"]?.stringValue?.contains("Paris") == true)
        let steps = try #require(report["steps"]?.arrayValue)
        #expect(steps.map { $0["uses"] } == ["input", "route", "prompt", "generate", "parse", "output"])
        for step in steps { #expect(try #require(step["duration_ms"]?.numberValue) >= 0) }
        #expect(report["duration_ms"]?.numberValue != nil)
    }

    @Test("In text the flow is shown step by step, without colours where it is piped, and the result comes last")
    func flow() async throws {
        let outcome = try await Program.run(
            ["run", "Examples/task-flow.yaml", "--set", "text=What is the capital of France?"])
        #expect(outcome.status == 0)
        #expect(
            outcome.errors.hasPrefix("run ") && outcome.errors.split(separator: "\n").count == 1, "only the run's name")
        for part in ["1/6 input", "2/6 route", "task: question-answering, confidence", "6/6 output", " ms", "Paris"] {
            #expect(outcome.text.contains(part))
        }
        #expect(!outcome.text.contains("\u{1B}"))
        let start = try #require(outcome.text.range(of: "\n{"))
        let result = try JSONValue(parsing: String(outcome.text[start.lowerBound...]))
        #expect(result["task"] == "question-answering")
    }

    @Test("A step that fails ends the run, and says where")
    func failedStep() async throws {
        let outcome = try await Program.run(["run", "Examples/task-flow.yaml", "--input", "", "--output", "json"])
        #expect(outcome.status == 1 && outcome.text.isEmpty)
        for part in ["Examples/task-flow.yaml:", "'input'", "code: pipeline.step-failed"] {
            #expect(outcome.errors.contains(part))
        }
    }

    @Test("A pipeline's mistakes are found with line and nearest name, without a model")
    func pipelineMistakes() async throws {
        let files = try TemporaryFiles([
            "bad.yaml": "pipeline: x\nsteps:\n  - id: a\n    uses: promt\n    wiht: {}\noutput: ${a.text}\n"
        ])
        let outcome = try await Program.run(["pipeline", "validate", files.path("bad.yaml"), "--output", "json"])
        #expect(outcome.status == 1)
        let issues = try #require(try outcome.json()["issues"]?.arrayValue)
        #expect(issues.contains { $0["line"] == 4 && $0["suggestion"] == "Did you mean 'prompt'?" })
        #expect(issues.contains { $0["line"] == 5 && $0["suggestion"] == "Did you mean 'with'?" })
        let run = try await Program.run(["run", files.path("bad.yaml"), "--model", "smolm2"])
        #expect(run.status == 1 && run.errors.contains("bad.yaml:4:"))
        let good = try await Program.run(["pipeline", "validate", "Examples/task-flow.yaml"])
        #expect(good.status == 0 && good.text.hasPrefix("valid: task-flow"))
    }

    @Test("The kinds of steps are listed with their schemas")
    func steps() async throws {
        let report = try await Program.run(["steps", "--output", "json"]).json()
        let steps = try #require(report["steps"]?.arrayValue)
        #expect(
            steps.compactMap { $0["name"]?.stringValue } == [
                "assert", "calculator", "cascade", "chat", "classify", "decide", "embed", "emit", "extract", "file",
                "generate", "http", "index", "input", "intent", "judge", "output", "parse", "plugin", "prompt",
                "python",
                "read-audio", "read-image", "retrieve", "route", "split", "sql", "summarise", "translate",
            ])
        #expect(steps.allSatisfy { $0["inputs"]?["type"] == "object" && $0["outputs"]?["type"] == "object" })
        #expect(try await Program.run(["steps", "route"]).text.contains("confidence (any)"))
    }
}
