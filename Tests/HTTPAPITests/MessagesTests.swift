// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import HTTPTypes
import LLMCore
import NIOHTTP1
import OpenAutoGLMTesting
import Testing

@Suite("Anthropic's Messages")
struct MessagesTests {
    private static func ask(
        _ server: LiveServer, _ members: String = "", model: String = "scripted", path: String = "/v1/messages"
    ) async throws -> LiveServer.Reply {
        try await server.send(
            .POST, path,
            body:
                #"{"model":"\#(model)","max_tokens":50,"messages":[{"role":"user","content":"Hi there"}]\#(members)}"#)
    }

    private func read(_ json: String) throws -> GenerationRequest {
        try MessagesRequest(RequestFields(try JSONValue(parsing: json)), sampling: SamplingOptions()).generation
    }

    @Test("An answer comes whole")
    func whole() async throws {
        let model = ScriptedModel(replies: ["Hello, world"])
        let reply = try await LiveServer.run(model) { try await Self.ask($0, #","system":"Be kind""#) }
        let expected: JSONValue = [
            "id": "msg_0000000000000abc", "type": "message", "role": "assistant", "model": "scripted",
            "content": [["type": "text", "text": "Hello, world"]], "stop_reason": "end_turn", "stop_sequence": nil,
            "usage": [
                "input_tokens": 4, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 3,
            ],
        ]
        #expect(reply.status == 200 && reply.json == expected)
        #expect(model.requests.first?.prompt == .messages([.system("Be kind"), .user("Hi there")]))
        #expect(model.requests.first?.maxTokens == 50)
    }

    @Test("A stream has the named events from message_start to message_stop")
    func stream() async throws {
        let model = ScriptedModel(replies: [.ended("Hello, wor", .length)])
        let reply = try await LiveServer.run(model) { try await Self.ask($0, #","stream":true"#) }
        #expect(reply.headers["content-type"] == "text/event-stream")
        let events = try reply.namedEvents
        #expect(
            events.map(\.name) == [
                "message_start", "content_block_start", "content_block_delta", "content_block_delta",
                "content_block_stop", "message_delta", "message_stop",
            ])
        #expect(events.map { $0.data["type"]?.stringValue } == events.map(\.name))
        #expect(events[0].data["message"]?["content"] == [] && events[0].data["message"]?["stop_reason"] == .null)
        #expect(events[1].data["content_block"] == ["type": "text", "text": ""])
        #expect(events[1...4].allSatisfy { $0.data["index"] == 0 })
        #expect(events[2].data["delta"] == ["type": "text_delta", "text": "Hello"])
        #expect(events[5].data["delta"] == ["stop_reason": "max_tokens", "stop_sequence": nil])
        #expect(events[5].data["usage"]?["input_tokens"] == 2 && events[5].data["usage"]?["output_tokens"] == 2)
    }

    @Test("Calls are blocks of their own, whole and streamed")
    func calls() async throws {
        let call = ToolCall(id: "call_1", name: "weather", arguments: ["city": "Paris"])
        let model = ScriptedModel(
            replies: [.calls([call], after: "Let m"), .calls([call], after: "Let m")], capabilities: .tools)
        let (whole, stream) = try await LiveServer.run(model) { server in
            let tools = #","tools":[{"name":"weather","description":"d","input_schema":{"type":"object"}}]"#
            return (try await Self.ask(server, tools), try await Self.ask(server, tools + #","stream":true"#))
        }
        let block: JSONValue = ["type": "tool_use", "id": "call_1", "name": "weather", "input": ["city": "Paris"]]
        #expect(whole.json["content"]?.arrayValue?.last == block && whole.json["stop_reason"] == "tool_use")
        let events = try stream.namedEvents.map(\.data).filter { $0["index"] == 1 }
        #expect(events.map { $0["type"] } == ["content_block_start", "content_block_delta", "content_block_stop"])
        #expect(events[0]["content_block"]?["input"] == [:] && events[0]["content_block"]?["id"] == "call_1")
        #expect(events[1]["delta"] == ["type": "input_json_delta", "partial_json": #"{"city":"Paris"}"#])
        #expect(
            model.requests.first?.tools == [
                ToolDefinition(name: "weather", description: "d", parameters: ["type": "object"])
            ])
    }

    @Test("What the model thinks is a block before the others")
    func thinking() throws {
        var answer = GenerationResponse()
        (answer.reasoning, answer.text) = ("Hm.", "Yes.")
        let reply = MessagesReply(id: "msg_1", model: "m")
        var writer = JSONWriter()
        reply.write(answer, to: &writer)
        let blocks: JSONValue = [
            ["type": "thinking", "thinking": "Hm.", "signature": ""], ["type": "text", "text": "Yes."],
        ]
        #expect(try JSONValue(parsing: writer.bytes)["content"] == blocks)
        var chunks = MessagesChunks(reply)
        let deltas = [
            GenerationEvent.text(TextDelta(text: "", reasoning: "Hm.")), .text(TextDelta(text: "Yes.")),
            .finished(answer.summary),
        ].map { String(decoding: chunks.bytes(for: $0, of: 0), as: UTF8.self) }
        #expect(deltas[0].contains(#"{"type":"thinking_delta","thinking":"Hm."}"#))
        #expect(
            deltas[1].hasPrefix("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"))
        #expect(deltas[1].contains(#""index":1,"delta":{"type":"text_delta","text":"Yes."}"#))
        #expect(deltas[2] == "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n")
    }

    @Test("A stream that is cut off ends with an event 'error', never with message_stop")
    func cutOff() async throws {
        let model = ScriptedModel(replies: [.cutOff(after: "Hello")])
        let reply = try await LiveServer.run(model) { try await Self.ask($0, #","stream":true"#) }
        let last = try #require(try reply.namedEvents.last)
        #expect(last.name == "error" && last.data["type"] == "error" && !reply.text.contains("message_stop"))
        #expect(last.data["error"]?["type"] == "api_error")
    }

    @Test("Tokens are counted")
    func count() async throws {
        let path = "/v1/messages/count_tokens"
        let reply = try await LiveServer.run(ScriptedModel()) { server in
            try await server.send(
                .POST, path,
                body: #"{"model":"scripted","system":"Be kind","messages":[{"role":"user","content":"Hi there"}]}"#)
        }
        #expect(reply.json == ["input_tokens": 4])
    }

    @Test("Turns become messages, with results of tools as messages of their own")
    func turns() throws {
        let request = try self.read(
            """
            {"max_tokens":1,"system":[{"type":"text","text":"A","cache_control":{"type":"ephemeral"}},
            {"type":"text","text":"B"}],"messages":[
            {"role":"user","content":[{"type":"text","text":"See"},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAEC"}},
            {"type":"image","source":{"type":"url","url":"https://a/b.png"}}]},
            {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"text","text":"So"},
            {"type":"tool_use","id":"c","name":"f","input":{"a":1}},{"type":"tool_use","id":"d","name":"g"}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"1","is_error":false},
            {"type":"tool_result","tool_use_id":"d","content":[{"type":"text","text":"2"}]},
            {"type":"text","text":"And now?"}]},
            {"role":"assistant","content":"Then"},{"role":"user","content":[{"type":"tool_result","tool_use_id":"e"}]}]}
            """)
        let calls = [ToolCall(id: "c", name: "f", arguments: ["a": 1]), ToolCall(id: "d", name: "g", arguments: [:])]
        let expected: [Message] = [
            .system("A\n\nB"),
            Message(
                role: .user,
                content: [
                    .text("See"), .image(.data([0, 1, 2], mediaType: "image/png")), .image(.url("https://a/b.png")),
                ]),
            Message(role: .assistant, content: [.text("So")], toolCalls: calls),
            Message(role: .tool, content: [.text("1")], toolCallID: "c"),
            Message(role: .tool, content: [.text("2")], toolCallID: "d"), .user("And now?"), .assistant("Then"),
            Message(role: .tool, content: [.text("")], toolCallID: "e"),
        ]
        #expect(request.prompt == .messages(expected))
    }

    @Test("Options are taken")
    func options() throws {
        let request = try self.read(
            """
            {"max_tokens":5,"messages":[{"role":"user","content":"a"}],"temperature":0.5,"top_p":0.25,"top_k":7,
            "stop_sequences":["x","y"],"metadata":{"user_id":"me"},"thinking":{"type":"disabled"},
            "output_config":{"format":{"type":"json_schema","schema":{"type":"integer"}}},
            "tools":[{"type":"custom","name":"f","description":"d","input_schema":{"type":"object"}}],
            "tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}}
            """)
        #expect(request.maxTokens == 5 && request.stop == ["x", "y"] && request.scheduling.client == "me")
        #expect(request.sampling == SamplingOptions(temperature: 0.5, topK: 7, topP: 0.25))
        #expect(request.toolChoice == .named("f") && request.parallelToolCalls == false)
        #expect(request.constraint == .jsonSchema(["type": "integer"]))
    }

    @Test(
        "The choice among tools is taken",
        arguments: [("auto", ToolChoice.auto), ("any", .required), ("none", .none)])
    func choices(type: String, expected: ToolChoice) throws {
        let request = try self.read(
            """
            {"max_tokens":5,"messages":[{"role":"user","content":"a"}],"tools":[{"name":"f","input_schema":{}}],
            "tool_choice":{"type":"\(type)"}}
            """)
        #expect(request.toolChoice == expected && request.parallelToolCalls == nil)
    }

    /// A member to put into a good request, and what the error must name.
    @Test(
        "What is wrong is refused by its name",
        arguments: [
            (#""max_tokens":null"#, "max_tokens"), (#""max_tokens":0"#, "max_tokens"), (#""messages":[]"#, "messages"),
            (#""messages":[{"role":"system","content":"a"}]"#, "messages[0].role"),
            (#""messages":[{"role":"user"}]"#, "messages[0].content"),
            (#""messages":[{"role":"user","content":5}]"#, "messages[0].content"),
            (#""messages":[{"role":"user","content":[]}]"#, "messages[0].content"),
            (#""messages":[{"role":"user","content":[{"type":"document"}]}]"#, "messages[0].content[0].type"),
            (#""messages":[{"role":"user","content":[{"type":"tool_use"}]}]"#, "messages[0].content[0].type"),
            (#""messages":[{"role":"assistant","content":[{"type":"tool_use"}]}]"#, "messages[0].content[0].id"),
            (
                #""messages":[{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":5}]}]"#,
                "messages[0].content[0].input"
            ),
            (#""messages":[{"role":"user","content":[{"type":"tool_result"}]}]"#, "messages[0].content[0].tool_use_id"),
            (#""messages":[{"role":"user","content":[{"type":"image"}]}]"#, "messages[0].content[0].source"),
            (
                #""messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"file:///a"}}]}]"#,
                "messages[0].content[0].source.url"
            ),
            (#""system":5"#, "system"), (#""system":[{"type":"image"}]"#, "system[0].type"),
            (#""stop_sequences":[""]"#, "stop_sequences"), (#""temperature":"a""#, "temperature"),
            (#""tools":[{"type":"bash_20250124","name":"bash"}]"#, "tools[0].type"),
            (#""tools":[{}]"#, "tools[0].name"),
            (#""tools":[{"name":"f","input_schema":5}]"#, "tools[0].input_schema"),
            (#""tool_choice":"auto""#, "tool_choice"), (#""tool_choice":{"type":"maybe"}"#, "tool_choice.type"),
            (#""tool_choice":{"type":"any"}"#, "tool_choice"), (#""tool_choice":{"type":"tool"}"#, "tool_choice.name"),
            (#""stream":"yes""#, "stream"),
        ])
    func refuses(member: String, param: String) {
        let error = #expect(throws: APIError.self) {
            try self.read(#"{"max_tokens":5,"messages":[{"role":"user","content":"a"}],\#(member)}"#)
        }
        #expect(error?.param == param && error?.status == .badRequest)
    }
}
