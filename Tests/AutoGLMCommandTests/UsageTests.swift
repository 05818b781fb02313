// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Testing

@Suite("Bad command lines are refused with help")
struct UsageTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var status: Int32
        var said: [String]

        init(_ arguments: String, _ status: Int32, _ said: String...) {
            self.arguments = arguments.split(separator: " ").map(String.init)
            self.status = status
            self.said = said
        }

        var testDescription: String { self.arguments.joined(separator: " ") }
    }

    @Test(
        "The exit status and the message tell what to do",
        arguments: [
            Refusal("generat x", 64, "error: There is no command 'generat'. Did you mean 'generate'?"),
            Refusal("help generat", 64, "error: There is no command 'generat'. Did you mean 'generate'?"),
            Refusal("generate --modle x", 64, "error: Unknown option '--modle'. Did you mean '--model'?"),
            Refusal("generate --temperature -1 x", 64, "error: temperature is -1.0; it must be 0 or more."),
            Refusal("generate --top-p 0 x", 64, "top-p is 0.0"),
            Refusal("serve --port 70000", 64, "--port is 70000; it must be 0 to 65535."),
            Refusal("serve --grpc-port -1", 64, "--grpc-port is -1; it must be 0 to 65535."),
            Refusal("serve --model-control-mode pol", 64, "Did you mean 'poll'?"),
            Refusal("serve --repository-poll-secs 0", 64, "--repository-poll-secs is 0"),
            Refusal("generate --logit-bias 5:1 x", 64, "5:1", "--logit-bias"),
            Refusal(
                "generate --logit-bias 5=-101 x", 64, "logit bias of token 5 is -101.0; it must be from -100 to 100."),
            Refusal("generate --logit-bias 99999=1 x", 1, "a token from 0 to 49151", "code: llm.invalid-request"),
            Refusal("generate --presence-penalty -3 x", 64, "presence penalty is -3.0"),
            Refusal("generate --xtc-threshold 0.2 x", 64, "--xtc-threshold does nothing without --xtc-probability"),
            Refusal("generate --mirostat-eta 0.2 x", 64, "--mirostat-eta does nothing without --mirostat-tau"),
            Refusal("chat --dry-window -1 --dry-multiplier 1", 64, "DRY window is -1; it must be 0 or more."),
            Refusal("chat --dry-base 2", 64, "--dry-base does nothing without --dry-multiplier"),
            Refusal("chat --dry-multiplier 1 --dry-no-breakers --dry-breaker x", 64, "not both"),
            Refusal("generate --mirostat-tau 4 --top-p 0.9 x", 64, "mirostat takes the place of top-p"),
            Refusal("generate --temperature 0 --mirostat-tau 4 x", 64, "so mirostat has no say"),
            Refusal("generate --max-tokens -5 x", 64, "--max-tokens is -5"),
            Refusal("generate --max-tokens many x", 64, "many"),
            Refusal("generate --threads 0 x", 64, "--threads is 0"),
            Refusal("generate --log-probabilities 101 x", 64, "from 0 to 100"),
            Refusal("generate --backend vlm x", 64, "Did you mean 'vllm'?"),
            Refusal("generate --device cdua x", 64, "Did you mean 'cuda'?"),
            Refusal("generate --output yaml x", 64, "text", "json"),
            Refusal("generate --raw --system s x", 64, "--system"),
            Refusal("generate --model smolm2 x", 1, "Did you mean 'smollm2'?", "code: llm.unknown-model"),
            Refusal("generate --model no/such.gguf x", 1, "no/such.gguf"),
            Refusal("generate --model Package.swift/ x", 1, "Package.swift"),
            Refusal("generate --model ./Package.swift x", 1, "code: model-file.not-a-model"),
            Refusal("generate --device cuda x", 1, "vLLM, TGI and Triton", "code: llm.unsupported"),
            Refusal(
                "generate --backend vllm --base-url http://127.0.0.1:1/v1 x", 1, "Cannot connect to http://127.0.0.1:1"),
            Refusal(
                "generate --backend triton --base-url http://127.0.0.1:1 x", 1, "Cannot connect to http://127.0.0.1:1"),
            Refusal("generate --base-url http://127.0.0.1:1 x", 64, "name one with --backend"),
            Refusal("gateway check --config no-such-file", 1, "no-such-file"),
            Refusal("gateway chek", 64, "chek"),
            Refusal("gateway check --config LICENSE", 1, "LICENSE:93:36", "code: gateway.invalid-configuration"),
            Refusal("generate @no-such-file", 1, "no-such-file"),
            Refusal("generate --json-schema no-such-file x", 1, "no-such-file"),
            Refusal("generate --grammar no-such-file x", 1, "no-such-file"),
            Refusal("generate --regex a --choice b x", 64, "--regex or --choice"),
            Refusal("generate --regex ( x", 1, "'(' without a ')'", "code: llm.invalid-request"),
            Refusal("generate --context-length 8 --max-tokens 1 Hello", 1, "code: llm.context-overflow"),
            Refusal("detokenize 5 99999999", 1, "'99999999' is no token id"),
            Refusal("detokenize five", 1, "'five' is no token id"),
            Refusal("tokenize --file no-such-file", 1, "no-such-file"),
            Refusal("tokenize --file Makefile text", 64, "not both"),
            Refusal("render no-such-file", 1, "no-such-file"),
            Refusal("render - --context -", 64, "both"),
            Refusal("generate --cache-tokens 0 x", 64, "--cache-tokens is 0; it must be 1 or more."),
            Refusal("generate --speculation maybe x", 64, "'off' and 'prompt-lookup'"),
            Refusal("generate --cache-type q9 x", 64, "'f16' and 'q8'"),
            Refusal("generate --draft-model smolm2 x", 1, "Did you mean 'smollm2'?"),
            Refusal("run no-such-file.yaml", 1, "no-such-file.yaml"),
            Refusal("run Examples/task-flow.yaml --set txt=a", 64, "Did you mean 'text'?"),
            Refusal("run Examples/task-flow.yaml --set text", 64, "NAME=VALUE", "See 'autoglm run --help'"),
            Refusal("run Examples/task-flow.yaml --resume r1", 1, "There is no run 'r1'", "autoglm runs list"),
            Refusal("steps generat", 1, "Did you mean 'generate'?"),
            Refusal("pipeline validate no-such-file.yaml", 1, "no-such-file.yaml"),
            Refusal("validate --schema Makefile --instance Makefile", 1, "'Makefile' is not JSON: "),
            Refusal("bench engine --runs 0", 64, "--runs is 0"),
            Refusal("bench engine --clients -1", 64, "--clients is -1"),
            Refusal("bench engine --requests 0", 64, "--requests is 0"),
            Refusal("bench engine --measure prefil", 64, "no measure 'prefil'", "Did you mean 'prefill'?"),
            Refusal("bench engine --measure prefill,", 64, "no measure ''", "cached"),
            Refusal("bench engine --measure decode,memory", 64, "needs a process of its own"),
            Refusal("bench engine --streams 1,x", 64, "'x' is no number from 1 to 1024"),
            Refusal("bench engine --streams 0", 64, "'0' is no number from 1 to 1024"),
            Refusal("bench prompts --count 0", 64, "--count is 0"),
            Refusal("bench prompts --tokens 0", 64, "--tokens is 0"),
        ])
    func refusals(refusal: Refusal) async throws {
        let outcome = try await Program.run(refusal.arguments)
        #expect(outcome.status == refusal.status)
        #expect(outcome.text.isEmpty)
        #expect(outcome.errors.hasPrefix("error: "))
        for said in refusal.said { #expect(outcome.errors.contains(said)) }
    }

    @Test("A variable of the environment that is no number is refused")
    func badEnvironment() async throws {
        let outcome = try await Program.run(["generate", "x"], environment: ["AUTOGLM_THREADS": "two"])
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("AUTOGLM_THREADS is 'two'"))
    }

    @Test(
        "A misspelt variable of the environment is refused, a script's is not",
        arguments: [
            ("AUTOGLM_THREDS", 1, "Did you mean 'AUTOGLM_THREADS'?"), ("AUTOGLM_STRICT", 0, ""),
            ("AUTOGLM_MODEL_BYTES", 0, ""),
        ])
    func misspeltEnvironment(name: String, status: Int32, said: String) async throws {
        let outcome = try await Program.run(["tokenize", "x"], environment: [name: "1"])
        #expect(outcome.status == status)
        #expect(outcome.errors == "" || outcome.errors.contains(said))
    }

    @Test("A text that is not UTF-8 is refused with the line")
    func notUTF8() async throws {
        let outcome = try await Program.run(["detokenize"], input: Array("1 2\n3 ".utf8) + [0xFF, 0x0A])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("line 2"))
    }

    @Test("An empty stop string is refused: it would stop everything or nothing")
    func emptyStop() async throws {
        let outcome = try await Program.run(["generate", "--stop", "", "x"])
        #expect(outcome.status == 64 && outcome.text.isEmpty)
        #expect(outcome.errors.contains("--stop needs a text"))
    }

    @Test("A closed standard input is an empty one", .timeLimit(.minutes(5)))
    func closedInput() async throws {
        let outcome = try await Program.shell("exec \"$0\" chat <&-")
        #expect(outcome.status == 0)
    }

    @Test("The environment sets defaults")
    func environment() async throws {
        let outcome = try await Program.run(["tokenize", "x"], environment: ["AUTOGLM_MODEL": "smolm2"])
        #expect(outcome.errors.contains("There is no model 'smolm2'"))
    }

    @Test("Where the default model is missing, the program says how to get it")
    func missingModel() async throws {
        let files = try TemporaryFiles()
        let cache = ["XDG_CACHE_HOME": files.folder]
        let outcome = try await Program.run(["generate", "x"], environment: cache)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("make setup"))
        let doctor = try await Program.run(["doctor", "--output", "json"], environment: cache)
        #expect(doctor.status == 1)
        #expect(try doctor.json()["ok"] == false)
        #expect(doctor.text.contains("make setup"))
    }

    @Test("Every command's help shows an example of itself")
    func help() async throws {
        let tree = try await Program.run(["--experimental-dump-help"]).json()
        let commands = Self.paths(of: tree["command"] ?? .null)
        #expect(commands.count > 60 && commands.contains(["runs", "retry"]))
        for words in commands {
            let outcome = try await Program.run(words + ["--help"])
            #expect(outcome.status == 0 && outcome.errors.isEmpty)
            let example = "Example:\n  \((["autoglm"] + words).joined(separator: " "))"
            #expect(outcome.text.contains(example), "\(words): \(outcome.text)")
        }
    }

    /// The words of a command and of all below it; `help` itself is the parser's.
    private static func paths(of command: JSONValue, after words: [String] = []) -> [[String]] {
        let below = command["subcommands"]?.arrayValue ?? []
        return [words]
            + below.flatMap { command -> [[String]] in
                guard let name = command["commandName"]?.stringValue, name != "help" else { return [] }
                return Self.paths(of: command, after: words + [name])
            }
    }

    @Test("The version is one line")
    func version() async throws {
        let outcome = try await Program.run(["--version"])
        #expect(outcome.status == 0)
        #expect(outcome.text == "0.1.0\n")
    }
}
