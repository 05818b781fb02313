// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import RemoteModels
import RemoteTransport
import Testing

@Suite("Every adapter keeps the rules")
struct AdapterConformanceTests {
    /// An adapter with a server that speaks its protocol.
    struct Case: Sendable, CustomTestStringConvertible {
        let backend: RemoteBackend
        let path: String
        let server: @Sendable (ScriptedServer.Request) -> ScriptedServer.Reply

        var testDescription: String { self.backend.rawValue }
    }

    static let cases = [
        Case(backend: .openai, path: "/v1", server: OpenAIServer.reply),
        Case(backend: .openaiResponses, path: "/v1", server: ResponsesServer.reply),
        Case(backend: .llamacpp, path: "/v1", server: OpenAIServer.reply),
        Case(backend: .vllm, path: "/v1", server: OpenAIServer.reply),
        Case(backend: .tgi, path: "", server: TGIServer.reply),
        Case(backend: .anthropic, path: "", server: AnthropicServer.reply),
        Case(backend: .ollama, path: "", server: OllamaServer.reply),
    ]

    @Test("The checks of all adapters pass against a server that speaks the protocol", arguments: Self.cases)
    func conforms(item: Case) async throws {
        try await ScriptedServer.run(item.server) { server in
            try await ScriptedServer.run({ item.server($0).broken }) { brokenServer in
                let model = try item.backend.open("m", baseURL: server.url + item.path, environment: [:])
                let broken = try item.backend.open("m", baseURL: brokenServer.url + item.path, environment: [:])
                let conformance = ModelAdapterConformance(model, broken: broken, callsInParallel: true)
                #expect(await conformance.failures() == [])
            }
        }
    }

    @Test("Answers are the same wherever the pieces end", arguments: Self.cases, [1, 3, 17])
    func pieces(item: Case, length: Int) async throws {
        try await ScriptedServer.run({ item.server($0).cut(every: length) }) { server in
            let model = try item.backend.open("m", baseURL: server.url + item.path, environment: [:])
            let response = try await model.generate(GenerationRequest(prompt: "Hello", sampling: .greedy)).response()
            #expect(response.text == "The capital is Paris é😀." && response.summary.finishReason == .stop)
            #expect(response.summary.usage.completionTokens == 5 && response.summary.usage.promptTokens == 7)
            #expect(response.summary.model == FakeModel.model)
        }
    }

    @Test("vLLM's scores add up the tokens of each choice")
    func scores() async throws {
        try await ScriptedServer.run(OpenAIServer.reply) { server in
            let model = VLLMModel("m", baseURL: "\(server.url)/v1")
            let scores = try await model.score(ScoringRequest(prompt: .raw("Say "), choices: ["ab", "c"]))
            #expect(scores.map(\.logProbability) == [-1, -0.5] && scores.map(\.tokenCount) == [2, 1])
            try await model.checkHealth()
        }
    }

    @Test(
        "A stop string of Text Generation Inference is left out",
        arguments: [
            ("is", "The capital "), (" Paris", "The capital is"), ("never", "The capital is Paris é😀."),
        ])
    func stops(stop: String, expected: String) async throws {
        try await ScriptedServer.run(TGIServer.reply) { server in
            let request = GenerationRequest(prompt: .raw("Hello"), sampling: .greedy, stop: [stop])
            let response = try await TGIModel(baseURL: server.url).generate(request).response()
            #expect(response.text == expected)
            let information = try await TGIModel(baseURL: server.url).information()
            #expect(information["model_id"] == .string(FakeModel.model))
        }
    }

    @Test("Only so many answers are looked at before a schema is given up")
    func givesUp() async throws {
        try await ScriptedServer.run(AnthropicServer.reply) { server in
            let model = ReaskingModel(AnthropicModel("m", baseURL: server.url), maximumAttempts: 1)
            var request = GenerationRequest(prompt: "Hello", sampling: .greedy)
            request.constraint = .jsonSchema(["type": "object"])
            let asked = request
            let error = await #expect(throws: LLMError.self) { try await model.generate(asked).response() }
            #expect(error?.code == .backendFailed && server.requests.count == 1)
        }
    }
}
