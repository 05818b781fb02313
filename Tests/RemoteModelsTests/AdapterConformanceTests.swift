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
        Case(backend: .transformers, path: "/v1", server: OpenAIServer.reply),
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

    @Test(
        "One call at a time is asked for in each protocol's words",
        arguments: [
            (RemoteBackend.openai, "parallel_tool_calls", false), (.openaiResponses, "parallel_tool_calls", false),
            (.llamacpp, "parallel_tool_calls", false), (.vllm, "parallel_tool_calls", false),
            (.anthropic, "tool_choice", ["type": "auto", "disable_parallel_tool_use": true]),
        ] as [(RemoteBackend, String, JSONValue)])
    func singleCalls(backend: RemoteBackend, member: String, value: JSONValue) async throws {
        let item = try #require(Self.cases.first { $0.backend == backend })
        try await ScriptedServer.run(item.server) { server in
            let model = try backend.open("m", baseURL: server.url + item.path, environment: [:])
            var request = Self.weatherRequest
            _ = try await model.generate(request).response()
            #expect(server.requests.last?.json[member] == nil)
            request.parallelToolCalls = false
            _ = try await model.generate(request).response()
            #expect(server.requests.last?.json[member] == value)
            request.tools = []
            _ = try await model.generate(request).response()
            #expect(server.requests.last?.json[member] == nil)
        }
    }

    @Test("A server that cannot be told so is not asked", arguments: [RemoteBackend.tgi, .transformers, .ollama])
    func refusesSingleCalls(backend: RemoteBackend) async throws {
        let model = try backend.open("m", baseURL: "http://127.0.0.1:1", environment: [:])
        var request = Self.weatherRequest
        request.parallelToolCalls = false
        let asked = request
        let error = await #expect(throws: LLMError.self) { try await model.generate(asked) }
        #expect(error?.code == .unsupported)
    }

    private static var weatherRequest: GenerationRequest {
        var request = GenerationRequest(prompt: "Hello", sampling: .greedy)
        request.tools = [
            ToolDefinition(name: "get_weather", description: "", parameters: ["type": "object", "properties": [:]])
        ]
        return request
    }

    @Test("Servers of Responses are told whether to stream: some do unless told not to", arguments: [true, false])
    func saysWhetherToStream(isStreamed: Bool) async throws {
        try await ScriptedServer.run(ResponsesServer.reply) { server in
            let model = try RemoteBackend.openaiResponses.open("m", baseURL: "\(server.url)/v1", environment: [:])
            var request = GenerationRequest(prompt: "Hello", sampling: .greedy)
            request.isStreamed = isStreamed
            _ = try await model.generate(request).response()
            #expect(server.requests.map { $0.json["stream"] } == [.bool(isStreamed)])
        }
    }

    @Test("A server that ignores what it does not know is not asked for it")
    func ignorant() async throws {
        try await ScriptedServer.run(OpenAIServer.reply) { server in
            let model = try RemoteBackend.transformers.open("m", baseURL: "\(server.url)/v1", environment: [:])
            var request = GenerationRequest(prompt: "Hello", sampling: .greedy)
            request.constraint = .jsonSchema(["type": "object"])
            let response = try await model.generate(request).response()
            #expect(try JSONValue(parsing: response.text) == ["city": "Rome"] && server.requests.count == 2)
            #expect(
                server.requests.allSatisfy { $0.json["response_format"] == nil && $0.json["stream_options"] == nil })
            request.sampling.presencePenalty = 1
            let refused = request
            await #expect(throws: LLMError.self) { try await model.generate(refused).response() }
        }
    }

    @Test(
        "A constraint is told in the words of each server",
        arguments: [
            (
                OpenAIDialect.ConstraintStyle.structuredOutputs, OutputConstraint.choices(["a"]), "structured_outputs",
                ["choice": ["a"]]
            ),
            (.structuredOutputs, .jsonSchema(["type": "null"]), "structured_outputs", ["json": ["type": "null"]]),
            (.guidedDecoding, .jsonSchema(["type": "null"]), "guided_json", ["type": "null"]),
            (.guidedDecoding, .regularExpression("a+"), "guided_regex", "a+"),
            (.guidedDecoding, .choices(["a", "b"]), "guided_choice", ["a", "b"]),
            (.guidedDecoding, .grammar("root ::= [a]"), "guided_grammar", "root ::= [a]"),
        ] as [(OpenAIDialect.ConstraintStyle, OutputConstraint, String, JSONValue)])
    func constraintStyles(
        style: OpenAIDialect.ConstraintStyle, constraint: OutputConstraint, member: String, value: JSONValue
    ) async throws {
        try await ScriptedServer.run(OpenAIServer.reply) { server in
            var dialect = OpenAIDialect.vLLM
            dialect.constraintStyle = style
            let model = VLLMModel("m", baseURL: "\(server.url)/v1", dialect: dialect)
            var request = GenerationRequest(prompt: "Hello", sampling: .greedy)
            request.constraint = constraint
            _ = try await model.generate(request).response()
            let body = try #require(server.requests.last).json
            #expect(body[member] == value && body["response_format"] == nil)
        }
    }

    @Test("A schema reaches Text Generation Inference as its grammar, or as OpenAI's response format")
    func grammar() async throws {
        try await ScriptedServer.run(TGIServer.reply) { server in
            let schema: JSONValue = ["type": "object", "properties": ["city": ["type": "string"]]]
            var request = GenerationRequest(prompt: .raw("Hello"), sampling: .greedy)
            request.constraint = .jsonSchema(schema)
            let model = TGIModel(baseURL: server.url)
            let raw = try await model.generate(request).response()
            #expect(try JSONValue(parsing: raw.text) == ["city": "Paris"])
            #expect(
                server.requests.last?.json["parameters"]?["grammar"] == ["type": "json", "value": schema])
            request.prompt = "Hello"
            _ = try await model.generate(request).response()
            #expect(server.requests.last?.json["response_format"]?["json_schema"]?["schema"] == schema)
        }
    }

    @Test("What was wrong is told within the question, where a model takes no longer conversation")
    func oneTurn() async throws {
        let base = ScriptedModel(replies: ["no", "never", #"{"city":"Rome"}"#])
        var request = GenerationRequest(prompt: "Where?", sampling: .greedy)
        request.constraint = .jsonSchema(["type": "object"])
        let response = try await ReaskingModel(base, keepsToOneTurn: true).generate(request).response()
        #expect(try JSONValue(parsing: response.text) == ["city": "Rome"])
        for (number, asked) in base.requests.enumerated() {
            guard case .messages(let messages) = asked.prompt else {
                Issue.record("No conversation: \(asked.prompt)")
                return
            }
            #expect(messages.count == 1 && messages[0].role == .user && messages[0].text.hasPrefix("Where?"))
            #expect(messages[0].text.contains("contains no JSON") == (number > 0))
        }
        #expect(base.requests.count == 3)
    }

    @Test(
        "An answer of Responses that met its limit was cut, whatever the server calls it",
        arguments: [(3, FinishReason.length), (4, .stop)])
    func metLimit(limit: Int, reason: FinishReason) async throws {
        let reply: JSONValue = [
            "object": "response", "status": "completed", "usage": ["input_tokens": 2, "output_tokens": 3],
            "output": [["type": "message", "content": [["type": "output_text", "text": "One two three"]]]],
        ]
        try await ScriptedServer.run({ _ in .json(reply) }) { server in
            var request = GenerationRequest(prompt: "Count", sampling: .greedy, maxTokens: limit)
            request.isStreamed = false
            let response = try await OpenAIResponsesModel("m", baseURL: server.url).generate(request).response()
            #expect(response.summary.finishReason == reason)
        }
    }

    @Test("All attempts together have the time of one request")
    func timeOfAttempts() async throws {
        let base = ScriptedModel(replies: ["no", "{\"city\":\"Rome\"}", "never"])
        var request = GenerationRequest(prompt: "Hello", sampling: .greedy)
        request.constraint = .jsonSchema(["type": "object"])
        request.scheduling.timeLimit = .seconds(60)
        _ = try await ReaskingModel(base).generate(request).response()
        let limits = base.requests.compactMap(\.scheduling.timeLimit)
        #expect(limits.count == 2 && limits[0] <= .seconds(60) && limits[1] < limits[0])
        request.scheduling.timeLimit = .zero
        let late = request
        let error = await #expect(throws: LLMError.self) { try await ReaskingModel(base).generate(late).response() }
        #expect(error?.code == .deadlineExceeded)
    }

    @Test("Only so many answers are looked at before a schema is given up")
    func givesUp() async throws {
        try await ScriptedServer.run(AnthropicServer.reply) { server in
            let model = ReaskingModel(AnthropicModel("m", baseURL: server.url), maximumAttempts: 1)
            var request = GenerationRequest(prompt: "Hello", sampling: .greedy)
            request.constraint = .jsonSchema(["type": "object"])
            let asked = request
            let error = await #expect(throws: LLMError.self) { try await model.generate(asked).response() }
            #expect(error?.code == .unusableAnswer && server.requests.count == 1)
        }
    }
}
