// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("The program answers")
struct GenerateTests {
    private static let question = "What is the capital of France?"
    private static let greedy = ["generate", "--model", "smollm2", "--temperature", "0", "--max-tokens", "48"]

    @Test("JSON output is one object with all that is promised")
    func json() async throws {
        let outcome = try await Program.run(Self.greedy + ["--output", "json", Self.question])
        #expect(outcome.status == 0)
        let report = try outcome.json()
        for key in ["text", "token_ids", "finish_reason", "usage", "timings", "model"] { #expect(report[key] != nil) }
        #expect(report["text"]?.stringValue?.contains("Paris") == true)
        #expect(report["finish_reason"] == "stop" && report["model"] == "smollm2")
        let (usage, ids) = (try #require(report["usage"]), try #require(report["token_ids"]?.arrayValue))
        #expect(usage["completion_tokens"] == .integer(ids.count))
        let prompt = try #require(usage["prompt_tokens"]?.integerValue)
        #expect(usage["total_tokens"] == .integer(prompt + ids.count))
        for key in [
            "time_to_first_token_ms", "prefill_ms", "decode_ms", "prefill_tokens_per_second",
            "decode_tokens_per_second",
        ] {
            #expect(try #require(report["timings"]?[key]?.numberValue) > 0)
        }
        let text = try await Program.run(["detokenize"] + ids.map { $0.serialized() })
        #expect(text.text == report["text"]?.stringValue)
    }

    @Test("Text output is the same text, and standard input or a file give the same prompt")
    func text() async throws {
        let files = try TemporaryFiles(["question.txt": Self.question])
        let direct = try await Program.run(Self.greedy + [Self.question])
        #expect(direct.status == 0 && direct.errors.isEmpty)
        #expect(direct.text.contains("Paris") && direct.text.hasSuffix("\n"))
        let piped = try await Program.run(Self.greedy, input: Array(Self.question.utf8))
        let dash = try await Program.run(Self.greedy + ["-"], input: Array(Self.question.utf8))
        let file = try await Program.run(Self.greedy + ["@\(files.path("question.txt"))"])
        for other in [piped, dash, file] { #expect(other.text == direct.text) }
    }

    @Test("Raw prompts skip the chat template; stop strings and the limit end the answer")
    func raw() async throws {
        let arguments = Self.greedy + ["--raw", "--output", "json"]
        let raw = try await Program.run(arguments + ["--max-tokens", "3", "The capital of France is"]).json()
        #expect(raw["text"]?.stringValue?.hasPrefix(" Paris") == true)
        #expect(raw["finish_reason"] == "length" && raw["token_ids"]?.arrayValue?.count == 3)
        let stopped = try await Program.run(arguments + ["--stop", "aris", "The capital of France is"]).json()
        #expect(stopped["text"] == " P" && stopped["finish_reason"] == "stop")
    }

    @Test("A bias bans the token that would come, or forces another")
    func logitBias() async throws {
        let arguments = Self.greedy + ["--raw", "--output", "json", "--max-tokens", "2", "The capital of France is"]
        let plain = try await Program.run(arguments).json()
        let first = try #require(plain["token_ids"]?.arrayValue?.first?.integerValue)
        let banned = try await Program.run(arguments + ["--logit-bias", "\(first)=-100"]).json()
        #expect(banned["token_ids"]?.arrayValue?.contains(.integer(first)) == false)
        let forced = try await Program.run(arguments + ["--logit-bias", "\(first + 1)=100", "--logit-bias", "0=-1"])
            .json()
        #expect(forced["token_ids"] == [.integer(first + 1), .integer(first + 1)])
    }

    @Test(
        "A seed gives the same text with every method",
        arguments: [
            "--mirostat-tau 3 --mirostat-eta 0.2", "--typical-p 0.9 --min-p 0.02 --top-k 50",
            "--xtc-probability 0.5 --xtc-threshold 0.05 --presence-penalty 0.5 --frequency-penalty 0.2",
            "--dry-multiplier 0.8 --dry-base 2 --dry-allowed-length 1 --dry-window 64 --dry-breaker . --penalty-window 9",
        ])
    func methods(flags: String) async throws {
        let arguments =
            ["generate", "--raw", "--seed", "7", "--max-tokens", "24", "--output", "json", "One day"]
            + flags.split(separator: " ").map(String.init)
        let (first, second) = (try await Program.run(arguments), try await Program.run(arguments))
        #expect(try first.json()["token_ids"]?.arrayValue?.isEmpty == false)
        #expect(try first.json()["token_ids"] == second.json()["token_ids"])
    }

    @Test("Log-probabilities come with the tokens' texts when asked for")
    func logProbabilities() async throws {
        let arguments = Self.greedy + ["--log-probabilities", "2", "--max-tokens", "4", "--output", "json"]
        let report = try await Program.run(arguments + [Self.question]).json()
        let tokens = try #require(report["log_probabilities"]?.arrayValue)
        #expect(tokens.map { $0["token_id"] } == report["token_ids"]?.arrayValue)
        #expect(tokens.compactMap { $0["text"]?.stringValue }.joined() == report["text"]?.stringValue)
        for token in tokens {
            #expect(token["top"]?.arrayValue?.count == 2)
            #expect(try #require(token["log_probability"]?.numberValue) <= 0)
        }
    }

    @Test("A schema makes the answer a value that fits it")
    func schema() async throws {
        let files = try TemporaryFiles([
            "s.json": #"{"type":"object","properties":{"capital":{"type":"string"}},"required":["capital"]}"#
        ])
        let arguments = Self.greedy + ["--json-schema", files.path("s.json")]
        let text = try await Program.run(arguments + [Self.question])
        #expect(text.status == 0)
        #expect(try text.json()["capital"]?.stringValue == "Paris")
        let report = try await Program.run(arguments + ["--output", "json", Self.question]).json()
        #expect(report["value"] == ["capital": "Paris"] && report["attempts"] == 1)
        let cut = try await Program.run(arguments + ["--max-tokens", "3", Self.question])
        #expect(cut.status == 1 && cut.text.isEmpty)
        let hard = #"{"type":"object","properties":{"a":{"type":"string","pattern":"^z{3,5}$"}},"required":["a"]}"#
        try files.write(Data(hard.utf8), "hard.json")
        let kept = try await Program.run(Self.greedy + ["--json-schema", files.path("hard.json"), "Hi"])
        #expect(try kept.json()["a"]?.stringValue?.hasPrefix("zzz") == true)
    }

    @Test(
        "An answer has the form that was asked for",
        arguments: [
            (["--choice", "London", "--choice", "Paris"], "Paris|London"),
            (["--regex", "[A-Z][a-z]{3,5}[.]"], "[A-Z][a-z]{3,5}[.]"),
            (["--grammar", "Examples/grammars/list.gbnf"], "(- [A-Za-z ]+\\n){1,5}"),
            (["--grammar", "Examples/grammars/arithmetic.gbnf"], "[0-9+*/() -]+"),
        ])
    func form(arguments: [String], pattern: String) async throws {
        let outcome = try await Program.run(
            Self.greedy + ["--max-tokens", "200", "--output", "json"] + arguments + [Self.question])
        let report = try outcome.json()
        let text = try #require(report["text"]?.stringValue)
        #expect(try Regex("^(?:\(pattern))$").wholeMatch(in: text) != nil, "\(text)")
        #expect(report["finish_reason"] == "stop")
    }

    @Test(
        "Ctrl-C and a request to end stop cleanly: what was written stays, the status is 128 and the signal's number",
        arguments: [SIGINT, SIGTERM])
    func interrupt(signal: Int32) async throws {
        let outcome = try await Program.run(
            ["generate", "--raw", "--temperature", "0", "Count: one, two, three, four,"]
        ) { process, _ in
            kill(process.processIdentifier, signal)
        }
        #expect(outcome.status == 128 + signal)
        #expect(!outcome.text.isEmpty && outcome.text.utf8.count < 4000)
        #expect(String(validating: outcome.output, as: UTF8.self) != nil)
        #expect(!outcome.errors.contains("error"))
    }

    @Test("A reader that goes away ends the program quietly")
    func closedPipe() async throws {
        let program = try Program.url().path
        let shell = Process()
        let (output, errors) = (Pipe(), Pipe())
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        let line = #""$0" generate --raw --temperature 0 'Count: one, two, three,' | head -c 5"#
        shell.arguments = ["-c", line, program]
        shell.standardInput = FileHandle.nullDevice
        shell.standardOutput = output
        shell.standardError = errors
        try shell.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaints = errors.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        #expect(text.count == 5)
        #expect(complaints.isEmpty)
        #expect(shell.terminationStatus == 0)
    }

    @Test("A chat answers each line that is piped in, and knows its commands")
    func chat() async throws {
        let lines =
            "What is the capital of France?\n\n/hepl\n/help\n/reset\nWhat is the capital of Germany?\n/exit\nNever.\n"
        let outcome = try await Program.run(
            ["chat", "--temperature", "0", "--max-tokens", "12"], input: Array(lines.utf8))
        #expect(outcome.status == 0)
        let answers = outcome.text.split(separator: "\n")
        #expect(answers.count == 2)
        #expect(answers.first?.contains("Paris") == true && answers.last?.contains("Berlin") == true)
        #expect(outcome.errors.contains("There is no '/hepl'. Did you mean '/help'?"))
        #expect(outcome.errors.contains("/reset  forget"))
    }

    @Test("The doctor finds the default model whole")
    func doctor() async throws {
        let outcome = try await Program.run(["doctor", "--full", "--output", "json"])
        let report = try outcome.json()
        #expect(outcome.status == 0, "\(outcome.text): run make setup")
        #expect(report["ok"] == true)
        let model = report["checks"]?.arrayValue?.first { $0["name"] == "default model" }
        #expect(
            model?["detail"]?.stringValue?
                .contains("SHA-256 b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53") == true)
    }
}
