// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import PluginHost
import PluginKinds
import Testing

@Suite("Plugins as models", .timeLimit(.minutes(5)))
struct PluginModelTests {
    private static let smallest = "inputs: {prompt: {type: string}}\noutputs: {text: {type: string}}"
    private static let chatting = """
        inputs: {prompt: {type: string}, messages: {type: array}}
        outputs: {text: {type: string}, finish_reason: {type: string, required: false}, prompt_tokens: {type: integer, required: false}, completion_tokens: {type: integer, required: false}}
        """

    private static func host(_ folder: PluginFolder, _ isolated: Bool) throws -> PluginHost {
        isolated ? try folder.isolating() : folder.host
    }

    @Test("A plugin is a model as every other, here and in a process of its own", arguments: [false, true])
    func conforms(isolated: Bool) async throws {
        let folder = try PluginFolder.kind(.adapter)
        let model = try PluginModel("adapter", host: Self.host(folder, isolated))
        #expect(model.name == "plugin:adapter" && model.capabilities == [.chat, .rawPrompts])
        #expect(await ModelAdapterConformance(model).failures() == [])
        try await model.checkHealth()
    }

    @Test("What a plugin is given is the request, by the names of its manifest")
    func given() async throws {
        let folder = try PluginFolder.kind(.adapter)
        let model = try PluginModel("adapter", host: folder.host)
        func shown(_ request: GenerationRequest) async throws -> JSONValue {
            try JSONValue(parsing: await model.generate(request).response().text)
        }
        var request = GenerationRequest(
            prompt: .messages([.system("Be brief."), .user("Hi \"you\""), .assistant("Yes?"), .user("show")]),
            sampling: SamplingOptions(temperature: 0.5, topK: 3, topP: 0.9, repetitionPenalty: 1.5, seed: 7),
            maxTokens: 9, stop: ["."])
        let given = try await shown(request)
        #expect(given["prompt"] == "show" && given["system"] == "Be brief.")
        #expect(
            given["messages"] == [
                ["role": "user", "content": "Hi \"you\""], ["role": "assistant", "content": "Yes?"],
                ["role": "user", "content": "show"],
            ])
        #expect(given["max_tokens"] == 9 && given["stop"] == ["."] && given["seed"] == 7)
        #expect(given["temperature"]?.numberValue == 0.5 && given["top_k"] == 3)
        #expect(given["top_p"]?.numberValue == 0.9 && given["repetition_penalty"]?.numberValue == 1.5)
        // What is left to the model is not there.
        request = GenerationRequest(prompt: .raw("show"), sampling: model.defaultSampling)
        #expect(try await shown(request) == ["prompt": "show"])
    }

    @Test(
        "What a plugin does not take is refused",
        arguments: [
            (GenerationRequest(prompt: "a", sampling: .greedy), "temperature"),
            (GenerationRequest(prompt: "a", sampling: .init(temperature: 1, topP: 1), maxTokens: 3), "'max_tokens'"),
            (GenerationRequest(prompt: "a", sampling: .init(temperature: 1, topP: 1), stop: ["x"]), "'stop'"),
            (
                GenerationRequest(
                    prompt: .messages([.user("a"), .assistant("b"), .user("c")]),
                    sampling: .init(temperature: 1, topP: 1)), "'messages'"
            ),
            (
                GenerationRequest(
                    prompt: .messages([.system("a"), .user("c")]), sampling: .init(temperature: 1, topP: 1)),
                "'system' or 'messages'"
            ),
            (
                GenerationRequest(
                    prompt: .messages([Message(role: .user, content: [.image(.url("http://a/b.png"))])]),
                    sampling: .init(temperature: 1, topP: 1)), "images"
            ),
        ])
    func refused(request: GenerationRequest, part: String) async throws {
        let folder = try PluginFolder.kind(.adapter, Self.smallest)
        let model = try PluginModel("adapter", host: folder.host)
        let failed = await failure { _ = try await model.generate(request) }
        #expect(failed?.code == "llm.unsupported" && failed?.text.contains(part) == true, "\(failed?.text ?? "")")
    }

    @Test("A plugin that takes nothing but conversations refuses raw prompts")
    func chatOnly() async throws {
        let folder = try PluginFolder.kind(.adapter, Self.chatting)
        let model = try PluginModel("adapter", host: folder.host)
        #expect(model.capabilities == .chat)
        let failed = await failure { _ = try await model.generate(GenerationRequest(prompt: .raw("a"))) }
        #expect(failed?.code == "llm.unsupported")
    }

    @Test(
        "What goes wrong is told in the terms of models", arguments: [false, true],
        [
            ("too-many", "llm.rate-limited", "Not so fast."), ("silent", "llm.backend-failed", "failed (status 9)"),
            ("nonsense", "llm.backend-failed", "'text' is missing"), ("odd", "llm.backend-failed", "'tired'"),
        ])
    func failures(isolated: Bool, what: (prompt: String, code: String, part: String)) async throws {
        let folder = try PluginFolder.kind(.adapter)
        let host = try Self.host(folder, isolated)
        let model = try PluginModel("adapter", host: host)
        let request = GenerationRequest(prompt: .user(what.prompt), sampling: model.defaultSampling)
        let failed = await failure { _ = try await model.generate(request) }
        #expect(failed?.code == what.code && failed?.text.contains(what.part) == true, "\(failed?.text ?? "")")
        #expect(try await model.generate(GenerationRequest(prompt: "a b")).response().text == "a b")
        let account = try #require(host.statuses.first).account
        #expect(account.calls == 2)
    }

    @Test("A crash is an answer that fails, the next one is given, and enough of them are left alone for a while")
    func crashes() async throws {
        let folder = try PluginFolder.kind(.adapter)
        let host = try folder.isolating { $0.quarantine.faults = 2 }
        let model = try PluginModel("adapter", host: host)
        let crashing = GenerationRequest(prompt: "crash", sampling: model.defaultSampling)
        let first = await failure { _ = try await model.generate(crashing) }
        #expect(first?.code == "llm.backend-failed" && first?.text.contains("signal") == true, "\(first?.text ?? "")")
        #expect(try await model.generate(GenerationRequest(prompt: "a")).response().text == "a")
        for _ in 0..<2 { _ = await failure { _ = try await model.generate(crashing) } }
        let last = await failure { _ = try await model.generate(GenerationRequest(prompt: "a")) }
        #expect(last?.code == "llm.unavailable", "\(last?.text ?? "")")
    }

    @Test("A new version answers from when it is taken on, and says what can be asked of it", arguments: [false, true])
    func swapped(isolated: Bool) async throws {
        let folder = try PluginFolder.kind(.adapter)
        let host = try Self.host(folder, isolated)
        let model = try PluginModel("adapter", host: host)
        #expect(try await model.generate(GenerationRequest(prompt: "a")).response().text == "a")
        try folder.add(.adapter, Self.chatting, version: "2.0.0", macros: ["-DPREFIX=\"new \""])
        try #require(host.refresh().map(\.name) == ["adapter"])
        let request = GenerationRequest(prompt: "a", sampling: model.defaultSampling)
        #expect(try await model.generate(request).response().text == "new a")
        #expect(model.capabilities == .chat)
    }

    @Test("Only plugins of kind adapter are models, and a name that is not there has its nearest")
    func names() async throws {
        let folder = try PluginFolder.kind(.adapter)
        try folder.add(.parser)
        var failed = await failure { _ = try PluginModel("parser", host: folder.host) }
        #expect(failed?.code == "plugin.wrong-kind")
        #expect(
            failed?.text
                == "The plugin 'parser' is a parser, and what is wanted here is an adapter. There are: adapter.")
        failed = await failure { _ = try PluginModel("adaptor", host: folder.host) }
        #expect(failed?.text == "There is no plugin 'adaptor'. Did you mean 'adapter'?")
    }

    @Test("A pipeline's steps ask a plugin as any model", arguments: [false, true])
    func pipeline(isolated: Bool) async throws {
        let folder = try PluginFolder.kind(.adapter)
        let model = try PluginModel("adapter", host: Self.host(folder, isolated))
        let yaml = """
            pipeline: p
            steps:
              - {id: a, uses: generate, with: {prompt: one two three, max_tokens: 2, temperature: 0}}
            output: {text: "${a.text}", reason: "${a.finish_reason}", tokens: "${a.tokens}"}
            """
        let result = try await PipelineRunner(model: model).run(Pipeline(yaml: yaml, registry: .standard))
        #expect(result.output == ["text": "one two", "reason": "length", "tokens": 2])
    }
}
