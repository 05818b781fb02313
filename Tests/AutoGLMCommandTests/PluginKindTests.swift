// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import LLMCore
import NIOCore
import NIOHTTP1
import Testing

@Suite("Plugins of every kind on the command line", .timeLimit(.minutes(20)))
struct PluginKindTests {
    /// Files, and a folder `plugins` with the plugin of a kind that `plugin new` begins.
    private static func begun(
        _ kind: String, _ name: String, _ files: [String: String] = [:]
    ) async throws -> TemporaryFiles {
        let files = try TemporaryFiles(files)
        let begun = try await Program.run(["plugin", "new", "c", name, "--kind", kind, "--to", files.folder])
        #expect(begun.status == 0, "\(begun.errors)")
        let place = "'\(files.folder)/\(name)"
        let built = try await Program.shell(
            "CC='cc -Werror' && export AUTOGLM_BIN=\"$0\" && \(place)/build.sh' && \"$0\" plugin install \(place)/build/\(name)' --plugins '\(files.folder)/plugins'"
        )
        #expect(built.status == 0, "\(built.errors)")
        return files
    }

    private static func run(_ words: [String], _ files: TemporaryFiles, input: String = "") async throws
        -> Program.Outcome
    {
        try await Program.run(
            words + ["--plugins", files.path("plugins")], input: Array(input.utf8),
            environment: ["XDG_STATE_HOME": files.folder])
    }

    @Test("A plugin of kind adapter answers generate, chat and the steps of pipelines")
    func adapter() async throws {
        let files = try await Self.begun(
            "adapter", "parrot",
            [
                "ask.yaml": """
                pipeline: ask
                steps: [{id: a, uses: generate, with: {prompt: "Say this, please.", max_tokens: 2, temperature: 0}}]
                output: "${a.text}"
                """,
                "named.yaml": """
                pipeline: named
                steps: [{id: a, uses: generate, with: {prompt: "And that.", model: bird}}]
                output: "${a.text}"
                """,
                "autoglm.yaml":
                    "models: {bird: \"plugin:parrot\", guarded: {backend: plugin, model: parrot, concurrency: {limit: 1}}}\n",
                "wrong.yaml":
                    "models: {bird: \"plugin:parot\", fast: {backend: plugin, model: parrot, url: \"http://a\"}}\n",
            ])
        let model = ["--model", "plugin:parrot"]
        let answer = try await Self.run(
            ["generate", "one two three", "--max-tokens", "2", "--output", "json"] + model, files)
        let json = try answer.json()
        #expect(json["text"] == "one two" && json["finish_reason"] == "length", "\(answer.errors)")
        #expect(json["usage"]?["prompt_tokens"] == 3 && json["usage"]?["completion_tokens"] == 2)
        let chat = try await Self.run(["chat"] + model, files, input: "Good morning!\nAnd you?\n")
        #expect(chat.text.contains("Good morning!\n") && chat.text.contains("And you?\n"), "\(chat.text)\(chat.errors)")
        let run = try await Self.run(["run", files.path("ask.yaml"), "--output", "json"] + model, files)
        #expect(try run.json()["output"] == "Say this,", "\(run.errors)")
        let config = ["--config", files.path("autoglm.yaml")]
        let named = try await Self.run(["run", files.path("named.yaml"), "--output", "json"] + config, files)
        #expect(try named.json()["output"] == "And that.", "\(named.errors)")
        let refused = try await Self.run(["generate", "a", "--stop", "b"] + model, files)
        #expect(refused.status == 1 && refused.errors.contains("cannot be told 'stop'"), "\(refused.errors)")
        let unknown = try await Self.run(["generate", "a", "--model", "plugin:parrt"], files)
        #expect(
            unknown.status == 1 && unknown.errors.contains("There is no plugin 'parrt'. Did you mean 'parrot'?"),
            "\(unknown.errors)")
        #expect(try await Self.run(["gateway", "check"] + config, files).text == "valid: bird, guarded\n")
        let wrong = try await Self.run(["gateway", "check", "--config", files.path("wrong.yaml")], files)
        #expect(
            wrong.errors.contains(":1:16: There is no plugin 'parot'. Did you mean 'parrot'?")
                && wrong.errors.contains("The model 'fast' runs here, and has no 'url'"), "\(wrong.errors)")
    }

    @Test("A plugin of kind adapter is served to OpenAI's clients, and replaced while it is")
    func served() async throws {
        let files = try await Self.begun("adapter", "parrot")
        let arguments = ["--port", "0", "--model", "plugin:parrot", "--plugins", files.path("plugins")]
        try await RunningServer.run(arguments) { server in
            let address = try await server.address()
            func ask(_ more: String) async throws -> JSONValue {
                var request = HTTPClientRequest(url: "\(address)/v1/chat/completions")
                request.method = .POST
                request.body = .bytes(
                    ByteBuffer(
                        string:
                            #"{"model": "plugin:parrot", "messages": [{"role": "user", "content": "a b c"}]\#(more)}"#))
                let reply = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
                return try JSONValue(parsing: Array(try await reply.body.collect(upTo: 1 << 20).readableBytesView))
            }
            let answer = try await ask(#", "max_tokens": 2"#)
            let choice = answer["choices"]?.arrayValue?.first
            #expect(choice?["message"]?["content"] == "a b" && choice?["finish_reason"] == "length", "\(answer)")
            #expect(answer["usage"]?["total_tokens"] == 5)
            #expect(try await ask(#", "tools": [{"type": "function", "function": {"name": "f"}}]"#)["error"] != nil)
            for (file, old, new) in [
                ("plugin.yaml", "0.1.0", "0.2.0"), ("plugin.c", "0.1.0", "0.2.0"),
                ("plugin.c", #"{\"text\": \"%.*s\""#, #"{\"text\": \"new %.*s\""#),
            ] {
                let text = try String(contentsOfFile: files.path("parrot/\(file)"), encoding: .utf8)
                #expect(text.contains(old), "\(text)")
                try files.write(Data(text.replacing(old, with: new).utf8), "parrot/\(file)")
            }
            let built = try await Program.shell(
                "AUTOGLM_BIN=\"$0\" '\(files.folder)/parrot/build.sh' && \"$0\" plugin install '\(files.folder)/parrot/build/parrot' --plugins '\(files.path("plugins"))'"
            )
            #expect(built.status == 0, "\(built.errors)")
            #expect(try await server.line(with: "The plugin 'parrot'").contains("0.1.0 was replaced by 0.2.0"))
            let next = try await ask("")
            #expect(next["choices"]?.arrayValue?.first?["message"]?["content"] == "new a b c", "\(next)")
        }
    }

    @Test("A plugin of kind parser reads answers in pipelines, and its mistakes are found before")
    func parser() async throws {
        let step = "{id: r, uses: parse, with: {text: \"${inputs.text}\", plugin: NAME}}"
        let yaml = "pipeline: read\ninputs: {text: {type: string}}\nsteps: [\(step)]\noutput: \"${r.value}\"\n"
        let files = try await Self.begun(
            "parser", "number",
            [
                "read.yaml": yaml.replacing("NAME", with: "number"),
                "wrong.yaml": yaml.replacing("NAME", with: "numbr"),
            ])
        func read(_ text: String) async throws -> Program.Outcome {
            try await Self.run(["run", files.path("read.yaml"), "--input", text, "--output", "json"], files)
        }
        #expect(try await read("It is 42.").json()["output"] == 42)
        let failed = try await read("It is.")
        #expect(failed.status == 1 && failed.errors.contains("The answer has no number"), "\(failed.errors)")
        let valid = try await Self.run(["pipeline", "validate", files.path("read.yaml")], files)
        #expect(valid.text == "valid: read 1.0.0, 1 steps\n", "\(valid.text)")
        let wrong = try await Self.run(["pipeline", "validate", files.path("wrong.yaml")], files)
        #expect(
            wrong.status == 1 && wrong.text.contains("There is no plugin 'numbr'. Did you mean 'number'?"),
            "\(wrong.text)")
    }

    @Test("A plugin of kind router decides in pipelines, alone and where no rule is clear")
    func router() async throws {
        let files = try await Self.begun(
            "router", "asked",
            [
                "route.yaml": """
                pipeline: route
                inputs: {text: {type: string}}
                steps: [{id: r, uses: route, with: {text: "${inputs.text}", plugin: asked}}]
                output: {task: "${r.task}", confidence: "${r.confidence}", source: "${r.source}"}
                """,
                "targets.yaml": """
                pipeline: targets
                steps: [{id: r, uses: route, with: {text: "Why?", plugin: asked, targets: [sales, support]}}]
                output: "${r.task}"
                """,
                "tasks.yaml": """
                pipeline: tasks
                steps: [{id: r, uses: route, with: {text: "blue umbrellas?"}}]
                output: {task: "${r.task}", source: "${r.source}"}
                """,
            ])
        func run(_ file: String, _ more: [String] = []) async throws -> Program.Outcome {
            try await Self.run(["run", files.path(file), "--output", "json"] + more, files)
        }
        #expect(
            try await run("route.yaml", ["--input", "Why not?"]).json()["output"] == [
                "task": "question-answering", "confidence": 0.9, "source": "plugin",
            ])
        let targets = try await run("targets.yaml")
        #expect(
            targets.errors.contains("chose 'question-answering', which is none of the targets: 'sales', 'support'."),
            "\(targets.errors)")
        let tasks = try await run("tasks.yaml", ["--task-model", "plugin:asked"])
        #expect(
            try tasks.json()["output"] == ["task": "question-answering", "source": "task-model"], "\(tasks.errors)")
    }

    @Test("A plugin of kind input-processor handles what a routing table sends it")
    func inputs() async throws {
        let files = try await Self.begun(
            "input-processor", "size",
            [
                "table.yaml": "routes: [{handler: \"plugin:size\", modality: text}]\n",
                "wrong.yaml": "routes: [{handler: \"plugin:sise\"}]\n",
            ])
        let run = try await Self.run(
            ["inputs", "run", files.path("table.yaml"), "--standard-input", "--prompts", "--output", "json"], files,
            input: "hello\n")
        let lines = try run.text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(
            lines.first?["text"] == "text of 5 bytes" && lines.first?["bytes"] == 5
                && lines.first?["route"] == "plugin:size", "\(run.text)\(run.errors)")
        #expect(run.text.contains("text of 5 bytes\\\""), "\(run.text)")
        let wrong = try await Self.run(["inputs", "run", files.path("wrong.yaml"), "--standard-input"], files)
        #expect(
            wrong.status == 1 && wrong.errors.contains("1:20: There is no plugin 'sise'. Did you mean 'size'?"),
            "\(wrong.errors)")
        let handlers = try await Self.run(["inputs", "handlers"], files)
        #expect(handlers.text.contains("plugin:size (text, image, audio): What it is for."), "\(handlers.text)")
    }

    @Test(
        "Every kind is begun in Swift, too, and is said to be used where its kind is",
        arguments: [
            ("step", "uses: plugin, with: {plugin: mine, step: …}"), ("adapter", "--model plugin:mine"),
            ("parser", "uses: parse, with: {plugin: mine, …}"), ("router", "uses: route, with: {plugin: mine, …}"),
            ("input-processor", "handler: plugin:mine in a routing table"),
        ])
    func usage(kind: String, use: String) async throws {
        let files = try await Self.begun(kind, "mine")
        let doctor = try await Self.run(["plugin", "doctor"], files)
        #expect(doctor.status == 0 && doctor.text.contains("\n      \(kind), used by: \(use)"), "\(doctor.text)")
        let list = try await Self.run(["plugin", "list", "--output", "json"], files)
        let listed = try list.json()["plugins"]?.arrayValue?.first
        #expect(listed?["kind"] == .string(kind) && listed?["used_by"]?.stringValue?.contains(use) == true)
        let swift = try await Program.run([
            "plugin", "new", "swift", "other", "--kind", kind, "--to", files.folder, "--package", "https://a.b/c.git",
        ])
        #expect(swift.status == 0, "\(swift.errors)")
        let source = try String(contentsOfFile: files.path("other/Sources/Other/Other.swift"), encoding: .utf8)
        let named = kind == "input-processor" ? "inputProcessor" : kind
        #expect(source.contains("kind: .\(named),") == (kind != "step") && source.contains("func "), "\(source)")
    }
}
