// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import HTTPTypes
import LLMCore
import NIOHTTP1
import OpenAutoGLMTesting
import Testing

@Suite("Responses")
struct ResponsesTests {
    private static func ask(_ server: LiveServer, _ members: String, model: String = "scripted") async throws
        -> LiveServer.Reply
    {
        try await server.send(.POST, "/v1/responses", body: #"{"model":"\#(model)",\#(members)}"#)
    }

    private func read(_ json: String) throws -> GenerationRequest {
        try ResponsesRequest(RequestFields(try JSONValue(parsing: json)), sampling: SamplingOptions()).generation
    }

    @Test("An answer comes whole, with what was asked")
    func whole() async throws {
        let model = ScriptedModel(replies: ["Hello, world"])
        let reply = try await LiveServer.run(model) {
            try await Self.ask($0, #""input":"Hi there","instructions":"Be kind","metadata":{"team":"blue"}"#)
        }
        #expect(reply.status == 200)
        let expected: JSONValue = [
            "id": "resp_0000000000000abc", "object": "response", "created_at": 1_700_000_000, "status": "completed",
            "background": false, "error": nil, "incomplete_details": nil, "model": "scripted",
            "output": [
                [
                    "id": "msg_0000000000000abc_0", "type": "message", "role": "assistant",
                    "content": [
                        ["type": "output_text", "text": "Hello, world", "annotations": [], "logprobs": []]
                    ], "status": "completed",
                ]
            ], "previous_response_id": nil, "store": false, "truncation": "disabled",
            "usage": [
                "input_tokens": 4, "input_tokens_details": ["cached_tokens": 0], "output_tokens": 3,
                "output_tokens_details": ["reasoning_tokens": 0], "total_tokens": 7,
            ], "instructions": "Be kind", "max_output_tokens": nil, "metadata": ["team": "blue"],
            "parallel_tool_calls": true, "reasoning": ["effort": nil, "summary": nil], "temperature": nil,
            "text": ["format": ["type": "text"]], "tool_choice": "auto", "tools": [], "top_logprobs": 0, "top_p": nil,
            "user": nil,
        ]
        #expect(reply.json == expected)
        #expect(model.requests.first?.prompt == .messages([.system("Be kind"), .user("Hi there")]))
        #expect(model.requests.first?.tags == ["team=blue"])
    }

    @Test("A stream has the named events, numbered, from the beginning to the end")
    func stream() async throws {
        let model = ScriptedModel(replies: ["Hello, wor"])
        let reply = try await LiveServer.run(model) { try await Self.ask($0, #""input":"Hi","stream":true"#) }
        let events = try reply.namedEvents
        #expect(
            events.map(\.name) == [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "response.output_item.done", "response.completed",
            ])
        #expect(events.map { $0.data["type"]?.stringValue } == events.map(\.name))
        #expect(events.map { $0.data["sequence_number"]?.integerValue } == Array(0..<10))
        #expect(events.compactMap { $0.data["delta"] } == ["Hello", ", wor"])
        #expect(events[0].data["response"]?["status"] == "in_progress")
        #expect(events[2].data["item"]?["status"] == "in_progress" && events[2].data["item"]?["content"] == [])
        #expect(events[6].data["text"] == "Hello, wor")
        let item = events[8].data["item"]
        #expect(events.last?.data["response"]?["output"]?.arrayValue?.first == item)
        #expect(events[4...7].allSatisfy { $0.data["item_id"] == item?["id"] && $0.data["output_index"] == 0 })
        #expect(events.last?.data["response"]?["usage"]?["total_tokens"] == 3)
    }

    @Test("Calls come as items of their own, whole and streamed")
    func calls() async throws {
        let call = ToolCall(id: "call_1", name: "weather", arguments: ["city": "Paris"])
        let model = ScriptedModel(
            replies: [.calls([call], after: "Let m"), .calls([call], after: "Let m")], capabilities: .tools)
        let (whole, stream) = try await LiveServer.run(model) { server in
            let tools = #""input":"Hi","tools":[{"type":"function","name":"weather"}]"#
            return (try await Self.ask(server, tools), try await Self.ask(server, tools + #","stream":true"#))
        }
        let item: JSONValue = [
            "id": "fc_0000000000000abc_1", "type": "function_call", "call_id": "call_1", "name": "weather",
            "arguments": #"{"city":"Paris"}"#, "status": "completed",
        ]
        #expect(whole.json["output"]?.arrayValue?.map { $0["type"] } == ["message", "function_call"])
        #expect(whole.json["output"]?.arrayValue?.last == item)
        #expect(whole.json["status"] == "completed")
        let events = try stream.namedEvents
        #expect(
            events.map(\.name).suffix(6) == [
                "response.output_item.done", "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done", "response.completed",
            ])
        let own = events.suffix(5).dropLast().map(\.data)
        #expect(own[0]["item"]?["arguments"] == "" && own[1]["delta"] == #"{"city":"Paris"}"#)
        #expect(own[2]["arguments"] == #"{"city":"Paris"}"# && own[3]["item"] == item)
    }

    @Test("An answer that was cut by its limit says so", arguments: ["", #","stream":true"#])
    func incomplete(members: String) async throws {
        let model = ScriptedModel(replies: [.ended("Once", .length)])
        let reply = try await LiveServer.run(model) { server in
            try await Self.ask(server, #""input":"Hi","max_output_tokens":1"# + members)
        }
        let response = try members.isEmpty ? reply.json : reply.namedEvents.last?.data["response"]
        #expect(response?["status"] == "incomplete")
        #expect(response?["incomplete_details"] == ["reason": "max_output_tokens"])
        if !members.isEmpty { #expect(try reply.namedEvents.last?.name == "response.incomplete") }
    }

    @Test("A stream that is cut off ends with response.failed")
    func cutOff() async throws {
        let model = ScriptedModel(replies: [.cutOff(after: "Hello")])
        let reply = try await LiveServer.run(model) { try await Self.ask($0, #""input":"Hi","stream":true"#) }
        let last = try #require(try reply.namedEvents.last)
        #expect(last.name == "response.failed" && !reply.text.contains("response.completed"))
        #expect(last.data["response"]?["status"] == "failed")
        #expect(last.data["response"]?["error"]?["code"] == "llm.truncated-stream")
    }

    @Test("Log-probabilities come where they are included")
    func logProbabilities() async throws {
        try await LiveServer.run(CapableModel()) { server in
            let members =
                #""input":"a","max_output_tokens":1,"top_logprobs":1,"include":["message.output_text.logprobs"]"#
            let token: JSONValue = [
                "token": "The ", "logprob": -0.5, "bytes": [84, 104, 101, 32],
                "top_logprobs": [["token": "The ", "logprob": -0.5, "bytes": [84, 104, 101, 32]]],
            ]
            let whole = try await Self.ask(server, members, model: "capable").json
            let part = whole["output"]?.arrayValue?.first?["content"]?.arrayValue?.first
            #expect(part?["logprobs"] == [token])
            let stream = try await Self.ask(server, members + #","stream":true"#, model: "capable")
            let delta = try stream.namedEvents.first { $0.name == "response.output_text.delta" }
            #expect(delta?.data["logprobs"] == [token])
        }
    }

    @Test("Items become a conversation, with calls in the turn that made them")
    func items() throws {
        let request = try self.read(
            """
            {"instructions":"I","input":[{"role":"developer","content":"D"},
            {"type":"message","role":"user","content":[{"type":"input_text","text":"See"},
            {"type":"input_image","image_url":"data:image/png;base64,AAEC","detail":"low"}]},
            {"type":"reasoning","id":"r","summary":[],"content":[{"type":"reasoning_text","text":"Hm"}]},
            {"type":"message","role":"assistant","id":"m","status":"completed",
            "content":[{"type":"output_text","text":"So","annotations":[]}]},
            {"type":"function_call","call_id":"a","name":"f","arguments":"{\\"x\\":1}"},
            {"type":"function_call","call_id":"b","name":"f","arguments":""},
            {"type":"function_call_output","call_id":"a","output":"1"},
            {"type":"function_call_output","call_id":"b","output":[{"type":"input_text","text":"2"}]}]}
            """)
        let calls = [ToolCall(id: "a", name: "f", arguments: ["x": 1]), ToolCall(id: "b", name: "f", arguments: [:])]
        let expected: [Message] = [
            .system("I"), .system("D"),
            Message(role: .user, content: [.text("See"), .image(.data([0, 1, 2], mediaType: "image/png"))]),
            Message(role: .assistant, content: [.text("So")], toolCalls: calls),
            Message(role: .tool, content: [.text("1")], toolCallID: "a"),
            Message(role: .tool, content: [.text("2")], toolCallID: "b"),
        ]
        #expect(request.prompt == .messages(expected))
    }

    @Test("Options are taken")
    func options() throws {
        let request = try self.read(
            """
            {"input":"a","max_output_tokens":5,"temperature":0.5,"top_p":0.25,"parallel_tool_calls":false,"store":true,
            "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true}],
            "tool_choice":{"type":"function","name":"f"},"user":"me","reasoning":{"effort":"low"},"background":false,
            "text":{"format":{"type":"json_schema","name":"n","strict":true,"schema":{"type":"integer"}}}}
            """)
        #expect(request.maxTokens == 5 && request.sampling.temperature == 0.5 && request.sampling.topP == 0.25)
        #expect(request.tools == [ToolDefinition(name: "f", description: "d", parameters: ["type": "object"])])
        #expect(request.toolChoice == .named("f") && request.parallelToolCalls == false)
        #expect(request.constraint == .jsonSchema(["type": "integer"]) && request.scheduling.client == "me")
    }

    @Test(
        "What is wrong, or what this server does not keep, is refused by its name",
        arguments: [
            ("{}", "input"), (#"{"input":5}"#, "input"), (#"{"input":[]}"#, "input"), (#"{"input":[1]}"#, "input[0]"),
            (#"{"input":[{"role":"robot","content":"a"}]}"#, "input[0].role"),
            (#"{"input":[{"role":"tool","content":"a"}]}"#, "input[0].role"),
            (#"{"input":[{"role":"user"}]}"#, "input[0].content"),
            (#"{"input":[{"role":"user","content":[{"type":"input_file"}]}]}"#, "input[0].content[0].type"),
            (
                #"{"input":[{"role":"user","content":[{"type":"input_image","file_id":"f"}]}]}"#,
                "input[0].content[0].image_url"
            ),
            (#"{"input":[{"type":"item_reference","id":"x"}]}"#, "input[0].type"),
            (#"{"input":[{"type":"function_call","name":"f","arguments":"{}"}]}"#, "input[0].call_id"),
            (
                #"{"input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{"}]}"#,
                "input[0].arguments"
            ),
            (#"{"input":[{"type":"function_call_output","call_id":"c"}]}"#, "input[0].output"),
            (#"{"input":"a","previous_response_id":"resp_1"}"#, "previous_response_id"),
            (#"{"input":"a","conversation":"conv_1"}"#, "conversation"),
            (#"{"input":"a","prompt":{"id":"p"}}"#, "prompt"),
            (#"{"input":"a","background":true}"#, "background"),
            (#"{"input":"a","max_output_tokens":0}"#, "max_output_tokens"),
            (#"{"input":"a","top_logprobs":21}"#, "top_logprobs"), (#"{"input":"a","include":5}"#, "include"),
            (#"{"input":"a","tools":[{"type":"web_search"}]}"#, "tools[0].type"),
            (#"{"input":"a","tools":[{"type":"function"}]}"#, "tools[0].name"),
            (#"{"input":"a","tool_choice":"required"}"#, "tool_choice"),
            (#"{"input":"a","tool_choice":{"type":"function","name":"g"}}"#, "tool_choice.name"),
            (#"{"input":"a","text":{"format":{"type":"json_schema","name":"n"}}}"#, "text.format.schema"),
            (#"{"input":"a","text":"b"}"#, "text"), (#"{"input":"a","instructions":[]}"#, "instructions"),
        ])
    func refuses(body: String, param: String) {
        let error = #expect(throws: APIError.self) { try self.read(body) }
        #expect(error?.param == param && error?.status == .badRequest)
    }
}
