// SPDX-License-Identifier: Apache-2.0

import LLMCore
import NIOHTTP1
import RemoteModels
import RemoteTransport
import Testing

@Suite("OpenAI Chat Completions")
struct OpenAIChatTests {
    static let stream = [
        #"{"id":"chat-1","model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
        #"{"id":"chat-1","choices":[{"index":0,"delta":{"content":"Pa"}}],"usage":null}"#,
        #"{"id":"chat-1","choices":[{"index":0,"delta":{"content":"ris é😀"}}]}"#,
        #"{"id":"chat-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
        #"{"id":"chat-1","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":3}}}"#,
        "[DONE]",
    ]

    private static let answer = GenerationSummary(
        finishReason: .stop, usage: TokenUsage(promptTokens: 5, completionTokens: 2, cachedPromptTokens: 3),
        responseID: "chat-1", model: "m-1")

    /// What a model makes of a reply.
    static func response(
        _ reply: ScriptedServer.Reply, _ request: GenerationRequest = GenerationRequest(prompt: "Hello")
    ) async throws -> GenerationResponse {
        try await ScriptedServer.run({ _ in reply }) { server in
            try await OpenAIChatModel("m", baseURL: server.url).generate(request).response()
        }
    }

    @Test("A streamed answer is read, wherever its pieces end", arguments: [1, 2, 3, 5, 7, 11, 64, 10_000])
    func streams(length: Int) async throws {
        let response = try await Self.response(.events(Self.stream).cut(every: length))
        #expect(response.text == "Paris é😀" && response.summary == Self.answer)
    }

    @Test("A whole answer is read when it is not wanted in pieces")
    func whole() async throws {
        let reply: JSONValue = [
            "id": "chat-1", "model": "m-1", "object": "chat.completion",
            "choices": [
                ["index": 0, "message": ["role": "assistant", "content": "Paris é😀"], "finish_reason": "stop"]
            ],
            "usage": [
                "prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": ["cached_tokens": 3],
                "completion_tokens_details": nil,
            ],
        ]
        var request = GenerationRequest(prompt: "Hello")
        request.isStreamed = false
        try await ScriptedServer.run({ _ in .json(reply) }) { server in
            let model = OpenAIChatModel("m", baseURL: server.url, key: try APIKey("sk-1"))
            let response = try await model.generate(request).response()
            #expect(response.text == "Paris é😀" && response.summary == Self.answer)
            let sent = try #require(server.requests.first)
            #expect(sent.path == "/chat/completions" && sent.headers.first(name: "authorization") == "Bearer sk-1")
            #expect(
                sent.json == [
                    "model": "m", "messages": [["role": "user", "content": "Hello"]], "temperature": 0.7, "top_p": 0.95,
                ])
        }
    }

    @Test("Parallel calls are put together from pieces that arrive mixed")
    func tools() async throws {
        let response = try await Self.response(
            .events([
                #"{"choices":[{"delta":{"content":null,"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"time","arguments":""}}]}}]}"#,
                #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"weather","arguments":"{\"ci"}}]}}]}"#,
                #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"ty\":\"Paris\"}"}}]}}]}"#,
                #"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#, "[DONE]",
            ]))
        #expect(
            response.toolCalls == [
                ToolCall(id: "a", name: "weather", arguments: ["city": "Paris"]),
                ToolCall(id: "b", name: "time", arguments: [:]),
            ])
        #expect(response.summary.finishReason == .toolCalls)
    }

    @Test("Log-probabilities come with their tokens")
    func logProbabilities() async throws {
        let response = try await Self.response(
            .events([
                #"{"choices":[{"delta":{"content":"Hi"},"logprobs":{"content":[{"token":"Hi","logprob":-0.5,"bytes":[72,105],"top_logprobs":[{"token":"Hi","logprob":-0.5},{"token":"Ho","logprob":-1.5}]}]}}]}"#,
                #"{"choices":[{"delta":{},"finish_reason":"length"}]}"#, "[DONE]",
            ]))
        let expected = SampledToken(
            text: "Hi", logProbability: -0.5,
            alternatives: [.init(text: "Hi", logProbability: -0.5), .init(text: "Ho", logProbability: -1.5)])
        #expect(response.tokens == [expected] && response.summary.finishReason == .length)
    }

    @Test(
        "An answer that ends before it is complete is an error, never a short answer",
        arguments: [
            .events(Array(stream[..<3])), .events(Array(stream[..<3]), end: .cutOff),
            .events(stream[..<3] + ["[DONE]"]),
            .events([]), .events(Array(stream[..<4]), end: .cutOff),
        ] as [ScriptedServer.Reply])
    func truncated(reply: ScriptedServer.Reply) async {
        let error = await #expect(throws: LLMError.self) { try await Self.response(reply) }
        #expect(error?.code == .truncatedStream)
    }

    @Test(
        "A broken answer is an error of the backend",
        arguments: [
            "{", "[1]", "{\"choices\":[{\"delta\":3}]}", "{\"choices\":[{\"delta\":{\"content\":[]}}]}", "\u{0}",
        ])
    func broken(data: String) async {
        let error = await #expect(throws: LLMError.self) { try await Self.response(.events([data, "[DONE]"])) }
        #expect(error?.code == .backendFailed)
    }

    @Test(
        "A call that cannot be made is the model's mistake, not the backend's",
        arguments: [
            #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]},"finish_reason":"stop"}]}"#,
            #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{"}}]},"finish_reason":"stop"}]}"#,
        ])
    func brokenCall(data: String) async {
        let error = await #expect(throws: LLMError.self) { try await Self.response(.events([data, "[DONE]"])) }
        #expect(error?.code == .unusableAnswer)
    }

    @Test(
        "A schema is strict where OpenAI keeps to all of it, and else told all the same",
        arguments: [
            (["type": "object", "properties": [:], "required": [], "additionalProperties": false], true),
            (
                [
                    "type": "object", "properties": ["a": ["type": "array", "items": ["anyOf": [["const": 1]]]]],
                    "required": ["a"], "additionalProperties": false,
                ], true
            ),
            (["type": "object"], false), (["type": "string"], false), (true, false),
            (["type": "object", "properties": ["a": true], "required": [], "additionalProperties": false], false),
            (
                [
                    "type": "object", "properties": ["a": ["type": "string", "maxLength": 3]], "required": ["a"],
                    "additionalProperties": false,
                ], false
            ),
            (
                [
                    "type": "object", "properties": ["a": ["items": ["type": "object"]]], "required": ["a"],
                    "additionalProperties": false,
                ], false
            ),
        ] as [(JSONValue, Bool)])
    func strictness(schema: JSONValue, isStrict: Bool) async throws {
        try await ScriptedServer.run({ _ in .json(["error": "no"], status: 400) }) { server in
            var request = GenerationRequest(prompt: "Hello", sampling: SamplingOptions(temperature: 1, topP: 1))
            request.constraint = .jsonSchema(schema)
            let asked = request
            await #expect(throws: LLMError.self) {
                try await OpenAIChatModel("m", baseURL: server.url).generate(asked)
            }
            await #expect(throws: LLMError.self) {
                try await OpenAIResponsesModel("m", baseURL: server.url).generate(asked)
            }
            let bodies = server.requests.map(\.json)
            let format: JSONValue = ["name": "answer", "strict": .bool(isStrict), "schema": schema]
            #expect(bodies.first?["response_format"]?["json_schema"] == format)
            #expect(bodies.last?["text"]?["format"]?["strict"] == .bool(isStrict))
        }
    }

    @Test(
        "A failure inside of a stream is thrown",
        arguments: [
            (
                #"{"error":{"message":"the request exceeds the available context size","code":400,"type":"exceed_context_size_error"}}"#,
                LLMError.Code.contextOverflow
            ),
            (#"{"error":{"message":"broken","type":"server_error"}}"#, .backendFailed),
            (#"{"error":"plain"}"#, .backendFailed), (#"{"error":{"type":"overloaded_error"}}"#, .overloaded),
        ])
    func failsWithin(data: String, code: LLMError.Code) async {
        let error = await #expect(throws: LLMError.self) { try await Self.response(.events([Self.stream[1], data])) }
        #expect(error?.code == code)
    }

    @Test("Embeddings come in the order asked")
    func embeddings() async throws {
        let reply: JSONValue = [
            "data": [
                ["index": 1, "embedding": [3, 4.5]], ["index": 0, "embedding": [1, -2e-1], "object": "embedding"],
            ],
            "usage": ["prompt_tokens": 4],
        ]
        try await ScriptedServer.run({ _ in .json(reply) }) { server in
            let model = OpenAIChatModel("m", baseURL: "\(server.url)/v1/")
            let vectors = try await model.embed(["a", "b"])
            #expect(vectors == [[1, -0.2], [3, 4.5]])
            #expect(server.requests.first?.path == "/v1/embeddings")
            #expect(server.requests.first?.json == ["model": "m", "input": ["a", "b"]])
        }
    }

    @Test("Whoever drops a stream closes its connection")
    func dropped() async throws {
        try await ScriptedServer.run({ _ in .events(Array(Self.stream[..<2]), end: .silence) }) { server in
            for try await _ in try await OpenAIChatModel("m", baseURL: server.url).generate(
                GenerationRequest(prompt: "Hello"))
            { break }
            for await _ in server.abandonments { break }
        }
    }
}
