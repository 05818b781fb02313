// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import HTTPTypes
import LLMCore
import NIOHTTP1
import OpenAutoGLMTesting
import Testing

@Suite("Ollama's protocol")
struct OllamaTests {
    private static func chat(_ server: LiveServer, _ members: String = "", model: String = "scripted") async throws
        -> LiveServer.Reply
    {
        try await server.send(
            .POST, "/api/chat",
            body: #"{"model":"\#(model)","messages":[{"role":"user","content":"Hi there"}]\#(members)}"#)
    }

    private static func generate(_ server: LiveServer, _ members: String) async throws -> LiveServer.Reply {
        try await server.send(.POST, "/api/generate", body: #"{"model":"scripted",\#(members)}"#)
    }

    private func read(chat json: String) throws -> GenerationRequest? {
        try OllamaRequest(chat: RequestFields(try JSONValue(parsing: json)), sampling: SamplingOptions()).generation
    }

    private func read(generate json: String) throws -> GenerationRequest? {
        try OllamaRequest(generate: RequestFields(try JSONValue(parsing: json)), sampling: SamplingOptions())
            .generation
    }

    private static let ending: [String: JSONValue] = [
        "done": true, "total_duration": 0, "load_duration": 0, "prompt_eval_duration": 0, "eval_duration": 1,
    ]

    @Test("A chat is streamed, line by line, unless the request says otherwise")
    func stream() async throws {
        let model = ScriptedModel(replies: ["Hello, wor"])
        let reply = try await LiveServer.run(model) { try await Self.chat($0) }
        #expect(reply.status == 200 && reply.headers["content-type"] == "application/x-ndjson")
        let lines = try reply.lines
        #expect(lines.allSatisfy { $0["model"] == "scripted" && $0["created_at"] == "2023-11-14T22:13:20Z" })
        #expect(lines.map { $0["message"]?["content"] } == ["Hello", ", wor", ""])
        #expect(lines.allSatisfy { $0["message"]?["role"] == "assistant" })
        #expect(lines.map { $0["done"] } == [false, false, true])
        let last = try #require(lines.last)
        for (name, value) in Self.ending { #expect(last[name] == value) }
        #expect(last["done_reason"] == "stop" && last["prompt_eval_count"] == 2 && last["eval_count"] == 2)
        #expect(model.requests.first?.isStreamed == true)
    }

    @Test("An answer comes whole where that is asked for")
    func whole() async throws {
        let model = ScriptedModel(replies: [.ended("Hello", .length), "two"])
        let (chat, text) = try await LiveServer.run(model) { server in
            (
                try await Self.chat(server, #","stream":false"#),
                try await Self.generate(server, #""prompt":"One","stream":false,"system":"Count""#)
            )
        }
        let expected: JSONValue = [
            "model": "scripted", "created_at": "2023-11-14T22:13:20Z",
            "message": ["role": "assistant", "content": "Hello"], "done": true, "done_reason": "length",
            "total_duration": 0, "load_duration": 0, "prompt_eval_count": 2, "prompt_eval_duration": 0,
            "eval_count": 1, "eval_duration": 1,
        ]
        #expect(chat.json == expected && chat.headers["content-type"] == "application/json")
        #expect(text.json["response"] == "two" && text.json["message"] == nil && text.json["done"] == true)
        #expect(model.requests.last?.prompt == .messages([.system("Count"), .user("One")]))
    }

    @Test("A raw prompt reaches the model as it is, and is continued line by line")
    func raw() async throws {
        let model = ScriptedModel(replies: ["two"])
        let reply = try await LiveServer.run(model) { try await Self.generate($0, #""prompt":"<s>One","raw":true"#) }
        #expect(try reply.lines.map { $0["response"] } == ["two", ""])
        #expect(model.requests.first?.prompt == .raw("<s>One"))
    }

    @Test("The time of a generation is told, in nanoseconds")
    func times() throws {
        let now = Moments([.zero, .milliseconds(2), .milliseconds(5)])
        let clock = ReplyClock(seconds: { 0 }, uptime: { now.next() })
        let reply = OllamaReply(model: "m", isChat: false, topLogProbabilities: nil, clock: clock)
        var chunks = OllamaChunks(reply)
        _ = chunks.bytes(for: .text(TextDelta(text: "a")), of: 0)
        var summary = GenerationSummary(finishReason: .stop, usage: TokenUsage(promptTokens: 1, completionTokens: 1))
        _ = chunks.bytes(for: .finished(summary), of: 0)
        let seen = try JSONValue(parsing: chunks.end())
        #expect(seen["total_duration"] == 5_000_000 && seen["prompt_eval_duration"] == 2_000_000)
        #expect(seen["eval_duration"] == 3_000_000)
        summary.timings = GenerationTimings(
            timeToFirstToken: .microseconds(30), prefill: .microseconds(20), decode: .microseconds(40))
        _ = chunks.bytes(for: .finished(summary), of: 0)
        let told = try JSONValue(parsing: chunks.end())
        #expect(told["load_duration"] == 10_000 && told["prompt_eval_duration"] == 20_000)
        #expect(told["eval_duration"] == 40_000)
    }

    @Test("Calls are told with their arguments as an object, whole and streamed")
    func calls() async throws {
        let call = ToolCall(id: "call_1", name: "weather", arguments: ["city": "Paris"])
        let model = ScriptedModel(replies: [.calls([call]), .calls([call])], capabilities: .tools)
        let (stream, whole) = try await LiveServer.run(model) { server in
            let tools = #","tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object"}}}]"#
            return (try await Self.chat(server, tools), try await Self.chat(server, tools + #","stream":false"#))
        }
        let calls: JSONValue = [
            ["id": "call_1", "function": ["index": 0, "name": "weather", "arguments": ["city": "Paris"]]]
        ]
        #expect(try stream.lines.map { $0["message"]?["tool_calls"] } == [calls, nil])
        #expect(whole.json["message"]?["tool_calls"] == calls && whole.json["done_reason"] == "stop")
        #expect(model.requests.first?.tools.map(\.name) == ["weather"])
    }

    @Test("Log-probabilities come where they are asked for")
    func logProbabilities() async throws {
        try await LiveServer.run(CapableModel()) { server in
            let members = #","logprobs":true,"top_logprobs":1,"options":{"num_predict":1}"#
            let token: JSONValue = [
                "token": "The ", "logprob": -0.5, "bytes": [84, 104, 101, 32],
                "top_logprobs": [["token": "The ", "logprob": -0.5, "bytes": [84, 104, 101, 32]]],
            ]
            let stream = try await Self.chat(server, members, model: "capable")
            #expect(try stream.lines.map { $0["logprobs"] } == [[token], nil])
            let whole = try await Self.chat(server, members + #","stream":false"#, model: "capable")
            #expect(whole.json["logprobs"] == [token] && whole.json["done_reason"] == "length")
        }
    }

    @Test("A stream that is cut off ends with an error, never with a line that is done")
    func cutOff() async throws {
        let model = ScriptedModel(replies: [.cutOff(after: "Hello")])
        let reply = try await LiveServer.run(model) { try await Self.chat($0) }
        let last = try #require(try reply.lines.last)
        #expect(last["error"]?.stringValue?.isEmpty == false && last["done"] == nil)
    }

    @Test("Nothing to answer only loads the model")
    func load() async throws {
        let model = ScriptedModel()
        try await LiveServer.run(model) { server in
            let text = try await server.send(.POST, "/api/generate", body: #"{"model":"scripted"}"#)
            #expect(text.json["done"] == true && text.json["done_reason"] == "load" && text.json["response"] == "")
            let chat = try await server.send(.POST, "/api/chat", body: #"{"model":"scripted","messages":[]}"#)
            #expect(chat.json["done_reason"] == "load" && chat.json["message"]?["content"] == "")
        }
        #expect(model.requests.isEmpty)
    }

    @Test("Vectors, models and the version are told")
    func others() async throws {
        try await LiveServer.run(CapableModel()) { server in
            let vectors = try await server.send(
                .POST, "/api/embed", body: #"{"model":"capable","input":["abc","d"]}"#)
            let expected: JSONValue = [
                "model": "capable", "embeddings": [[3.0, 0.5], [1.0, 0.5]], "total_duration": 0, "load_duration": 0,
                "prompt_eval_count": 14,
            ]
            #expect(vectors.json == expected)
            let list = try await server.send(.GET, "/api/tags").json["models"]?.arrayValue
            #expect(list?.map { $0["name"] } == ["capable"] && list?.first?["model"] == "capable")
            #expect(list?.first?["modified_at"] == "2023-11-14T22:13:20Z")
            #expect(try await server.send(.GET, "/api/version").json["version"]?.stringValue?.isEmpty == false)
            #expect(try await server.send(.HEAD, "/").status == 200)
            for member in ["model", "name"] {
                let details = try await server.send(.POST, "/api/show", body: #"{"\#(member)":"capable:latest"}"#)
                #expect(details.json["capabilities"] == ["completion", "tools", "vision", "embedding"])
            }
        }
    }

    @Test("Turns become messages, and results find their calls by name and order")
    func turns() throws {
        let request = try self.read(
            chat: """
                {"messages":[{"role":"system","content":"S"},{"role":"user","content":"See","images":["iVBORw0KGgoA"]},
                {"role":"assistant","content":"","thinking":"Hm","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},
                {"function":{"name":"g","arguments":"{}"}},{"id":"x","function":{"name":"f"}}]},
                {"role":"tool","tool_name":"g","content":"1"},{"role":"tool","tool_name":"f","content":"2"},
                {"role":"tool","tool_call_id":"x"}]}
                """)
        let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]
        let calls = [
            ToolCall(id: "call_0", name: "f", arguments: ["a": 1]), ToolCall(id: "call_1", name: "g", arguments: [:]),
            ToolCall(id: "x", name: "f", arguments: [:]),
        ]
        let expected: [Message] = [
            .system("S"), Message(role: .user, content: [.text("See"), .image(.data(png, mediaType: "image/png"))]),
            Message(role: .assistant, content: [], toolCalls: calls),
            Message(role: .tool, content: [.text("1")], toolCallID: "call_1"),
            Message(role: .tool, content: [.text("2")], toolCallID: "call_0"),
            Message(role: .tool, content: [.text("")], toolCallID: "x"),
        ]
        #expect(request?.prompt == .messages(expected))
    }

    @Test("Options are taken; what has no meaning here is left out")
    func options() throws {
        let request = try self.read(
            generate: """
                {"prompt":"a","keep_alive":"5m","think":false,"options":{"temperature":0.5,"top_k":7,"top_p":0.25,"min_p":0.1,
                "typical_p":0.5,"repeat_penalty":1.5,"repeat_last_n":-1,"presence_penalty":1,"frequency_penalty":-1,"seed":9,
                "num_predict":5,"stop":["x"],"num_ctx":4096,"num_gpu":1},"format":{"type":"integer"}}
                """)
        let sampling = SamplingOptions(
            temperature: 0.5, topK: 7, topP: 0.25, minP: 0.1, typicalP: 0.5, repetitionPenalty: 1.5,
            presencePenalty: 1, frequencyPenalty: -1, seed: 9)
        #expect(request?.sampling == sampling && request?.maxTokens == 5 && request?.stop == ["x"])
        #expect(request?.constraint == .jsonSchema(["type": "integer"]))
    }

    @Test(
        "The form of an answer and its limit are taken",
        arguments: [
            (#""format":"""#, nil), (#""format":"json""#, .jsonSchema(["type": "object"])),
            (#""options":{"num_predict":-1}"#, nil), (#""options":{"num_predict":-2}"#, nil),
        ] as [(String, OutputConstraint?)])
    func formats(member: String, constraint: OutputConstraint?) throws {
        let request = try self.read(generate: #"{"prompt":"a",\#(member)}"#)
        #expect(request?.constraint == constraint && request?.maxTokens == nil)
    }

    @Test(
        "What is wrong, or what this server has nothing for, is refused by its name",
        arguments: [
            (#""prompt":5"#, "prompt"), (#""prompt":"a","suffix":"z""#, "suffix"),
            (#""prompt":"a","context":[1,2]"#, "context"), (#""prompt":"a","template":"{{ .Prompt }}""#, "template"),
            (#""prompt":"a","raw":true,"system":"b""#, "raw"), (#""prompt":"a","images":["AAEC"]"#, "images[0]"),
            (#""prompt":"a","images":["iVBORw0KGgo!"]"#, "images[0]"), (#""prompt":"a","images":[5]"#, "images[0]"),
            (#""prompt":"a","options":5"#, "options"), (#""prompt":"a","options":{"top_p":2}"#, "options.top_p"),
            (#""prompt":"a","options":{"num_predict":0}"#, "options.num_predict"),
            (#""prompt":"a","options":{"stop":[""]}"#, "options.stop"), (#""prompt":"a","format":"xml""#, "format"),
            (#""prompt":"a","format":5"#, "format"), (#""prompt":"a","stream":"no""#, "stream"),
            (#""prompt":"a","top_logprobs":2"#, "top_logprobs"),
        ])
    func refuses(member: String, param: String) {
        let error = #expect(throws: APIError.self) { try self.read(generate: "{\(member)}") }
        #expect(error?.param == param && error?.status == .badRequest)
    }

    @Test(
        "Turns that are wrong are refused by their place",
        arguments: [
            (#"[{"role":"robot","content":"a"}]"#, "messages[0].role"), (#"[{"content":"a"}]"#, "messages[0].role"),
            (#"[{"role":"user","content":[]}]"#, "messages[0].content"),
            (#"[{"role":"tool","content":"a"}]"#, "messages[0]"),
            (#"[{"role":"assistant","tool_calls":[{}]}]"#, "messages[0].tool_calls[0].function"),
            (
                #"[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":5}}]}]"#,
                "messages[0].tool_calls[0].function.arguments"
            ),
        ])
    func refusesTurns(messages: String, param: String) {
        let error = #expect(throws: APIError.self) { try self.read(chat: #"{"messages":\#(messages)}"#) }
        #expect(error?.param == param && error?.status == .badRequest)
    }
}
