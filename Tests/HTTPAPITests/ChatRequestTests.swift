// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import HTTPTypes
import LLMCore
import Testing

@Suite("Chat requests")
struct ChatRequestTests {
    private static let defaults = SamplingOptions(temperature: 0.3, topP: 0.8)

    private func read(_ json: String) throws -> ChatRequest {
        try ChatRequest(
            RequestFields(try JSONValue(parsing: json)), model: "m", sampling: Self.defaults)
    }

    private func read(messages: String) throws -> [Message] {
        guard case .messages(let messages) = try self.read(#"{"messages":\#(messages)}"#).generation.prompt else {
            return []
        }
        return messages
    }

    @Test("What is not said stays as the model's makers recommend; unknown members are ignored")
    func defaults() throws {
        let chat = try self.read(
            #"{"messages":[{"role":"user","content":"a","name":"x"}],"service_tier":"auto","temperature":null,"foo":[1]}"#
        )
        #expect(chat.generation.sampling == Self.defaults)
        #expect(chat.generation.prompt == .user("a"))
        #expect(chat.completions == 1 && !chat.streams && !chat.includesUsage)
        #expect(chat.generation.maxTokens == nil && chat.generation.stop.isEmpty && chat.generation.tools.isEmpty)
        #expect(chat.generation.topLogProbabilities == nil && chat.generation.constraint == nil)
        #expect(!chat.generation.isStreamed && chat.generation.parallelToolCalls == nil)
    }

    @Test("Options of sampling are taken")
    func sampling() throws {
        let chat = try self.read(
            """
            {"messages":[{"role":"user","content":"a"}],"temperature":0,"top_p":0.5,"presence_penalty":-1,"frequency_penalty":2,
            "seed":-1,"logit_bias":{"5":-100,"7":1.5},"top_k":40,"min_p":0.1,"repetition_penalty":1.1}
            """)
        let expected = SamplingOptions(
            temperature: 0, topK: 40, topP: 0.5, minP: 0.1, repetitionPenalty: 1.1, presencePenalty: -1,
            frequencyPenalty: 2, logitBias: [5: -100, 7: 1.5], seed: .max)
        #expect(chat.generation.sampling == expected)
    }

    @Test("A top_p of 0 keeps one token")
    func topP() throws {
        let chat = try self.read(#"{"messages":[{"role":"user","content":"a"}],"top_p":0}"#)
        try chat.generation.sampling.validate()
    }

    @Test("The rest of the options is taken")
    func options() throws {
        let chat = try self.read(
            """
            {"messages":[{"role":"user","content":"a"}],"n":3,"stream":true,"stream_options":{"include_usage":true},
            "max_tokens":5,"max_completion_tokens":7,"stop":["x","y"],"logprobs":true,"top_logprobs":4,"user":"me",
            "metadata":{"team":"blue","job":"7"},"parallel_tool_calls":false,
            "response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"integer"}}}}
            """)
        #expect(chat.completions == 3 && chat.streams && chat.includesUsage && chat.generation.isStreamed)
        #expect(chat.generation.maxTokens == 7 && chat.generation.parallelToolCalls == false)
        #expect(chat.generation.stop == ["x", "y"])
        #expect(chat.generation.topLogProbabilities == 4)
        #expect(chat.generation.scheduling.client == "me")
        #expect(chat.generation.tags == ["team=blue", "job=7"])
        #expect(chat.generation.constraint == .jsonSchema(["type": "integer"]))
    }

    @Test("Parts, tool calls and their results become messages")
    func messages() throws {
        let messages = try self.read(
            messages: """
                [{"role":"developer","content":"Be kind"},
                {"role":"user","content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"https://a/b.png"}},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,AAEC"}},
                {"type":"input_audio","input_audio":{"data":"AQ==","format":"wav"}}]},
                {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}}]},
                {"role":"tool","tool_call_id":"c","content":"done"}]
                """)
        let expected: [Message] = [
            .system("Be kind"),
            Message(
                role: .user,
                content: [
                    .text("See"), .image(.url("https://a/b.png")), .image(.data([0, 1, 2], mediaType: "image/png")),
                    .audio(.data([1], mediaType: "audio/wav")),
                ]),
            Message(role: .assistant, content: [], toolCalls: [ToolCall(id: "c", name: "f", arguments: ["a": 1])]),
            Message(role: .tool, content: [.text("done")], toolCallID: "c"),
        ]
        #expect(messages == expected)
    }

    @Test("Tools and the choice among them are taken")
    func tools() throws {
        let tools =
            #""tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}]"#
        for (choice, expected) in [
            (#""none""#, ToolChoice.none), (#""auto""#, .auto), (#""required""#, .required),
            (#"{"type":"function","function":{"name":"f"}}"#, .named("f")),
        ] {
            let chat = try self.read(
                #"{"messages":[{"role":"user","content":"a"}],\#(tools),"tool_choice":\#(choice)}"#)
            #expect(chat.generation.toolChoice == expected)
            #expect(
                chat.generation.tools == [ToolDefinition(name: "f", description: "d", parameters: ["type": "object"])])
        }
    }

    /// A member to put into a good request, and the `param` that the error must name.
    @Test(
        "What is wrong is refused by its name",
        arguments: [
            (#""temperature":"hot""#, "temperature"), (#""temperature":3"#, "temperature"), (#""top_p":-0.1"#, "top_p"),
            (#""n":0"#, "n"), (#""n":1.5"#, "n"), (#""n":"2""#, "n"), (#""n":1e300"#, "n"),
            (#""max_tokens":0"#, "max_tokens"),
            (#""max_completion_tokens":"9""#, "max_completion_tokens"), (#""stream":"yes""#, "stream"),
            (#""stream_options":true"#, "stream_options"),
            (#""stream_options":{"include_usage":1}"#, "stream_options.include_usage"),
            (#""stop":5"#, "stop"), (#""stop":["a",1]"#, "stop"), (#""stop":"""#, "stop"), (#""seed":"x""#, "seed"),
            (#""seed":1.5"#, "seed"), (#""logprobs":"yes""#, "logprobs"), (#""top_logprobs":3"#, "top_logprobs"),
            (#""logprobs":true,"top_logprobs":21"#, "top_logprobs"), (#""logit_bias":[]"#, "logit_bias"),
            (#""logit_bias":{"a":1}"#, "logit_bias"), (#""logit_bias":{"1":101}"#, "logit_bias.1"),
            (#""presence_penalty":3"#, "presence_penalty"), (#""frequency_penalty":[]"#, "frequency_penalty"),
            (#""user":5"#, "user"), (#""metadata":{"a":1}"#, "metadata.a"),
            (#""parallel_tool_calls":0"#, "parallel_tool_calls"),
            (#""tools":{}"#, "tools"), (#""tools":[1]"#, "tools[0]"), (#""tools":[{"type":"web"}]"#, "tools[0].type"),
            (#""tools":[{"type":"function"}]"#, "tools[0].function"),
            (#""tools":[{"type":"function","function":{}}]"#, "tools[0].function.name"),
            (#""tools":[{"function":{"name":"f","parameters":[]}}]"#, "tools[0].function.parameters"),
            (#""tool_choice":"maybe""#, "tool_choice"), (#""tool_choice":"required""#, "tool_choice"),
            (#""tool_choice":7"#, "tool_choice"),
            (#""tool_choice":{"type":"function","function":{"name":"g"}}"#, "tool_choice.function.name"),
            (#""response_format":"json""#, "response_format"), (#""response_format":{}"#, "response_format.type"),
            (#""response_format":{"type":"xml"}"#, "response_format.type"),
            (#""response_format":{"type":"json_schema"}"#, "response_format.json_schema"),
            (
                #""response_format":{"type":"json_schema","json_schema":{"name":"n"}}"#,
                "response_format.json_schema.schema"
            ),
            (
                #""response_format":{"type":"json_schema","json_schema":{"schema":{}}}"#,
                "response_format.json_schema.name"
            ),
        ])
    func refuses(member: String, param: String) {
        let error = #expect(throws: APIError.self) {
            try self.read(#"{"messages":[{"role":"user","content":"a"}],\#(member)}"#)
        }
        #expect(error?.param == param)
        #expect(error?.status == .badRequest)
        #expect(error?.type == "invalid_request_error")
    }

    @Test(
        "Messages that are wrong are refused by their place",
        arguments: [
            ("null", "messages"), ("[]", "messages"), (#""hi""#, "messages"), ("[1]", "messages[0]"),
            ("[{}]", "messages[0].role"),
            (#"[{"role":"robot","content":"a"}]"#, "messages[0].role"), (#"[{"role":1}]"#, "messages[0].role"),
            (#"[{"role":"user"}]"#, "messages[0].content"), (#"[{"role":"user","content":5}]"#, "messages[0].content"),
            (#"[{"role":"user","content":["a"]}]"#, "messages[0].content[0]"),
            (#"[{"role":"user","content":[{"type":"video"}]}]"#, "messages[0].content[0].type"),
            (#"[{"role":"user","content":[{"type":"text"}]}]"#, "messages[0].content[0].text"),
            (
                #"[{"role":"user","content":[{"type":"image_url","image_url":"x"}]}]"#,
                "messages[0].content[0].image_url"
            ),
            (
                #"[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}]"#,
                "messages[0].content[0].image_url.url"
            ),
            (
                #"[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,!!"}}]}]"#,
                "messages[0].content[0].image_url.url"
            ),
            (#"[{"role":"tool","content":"a"}]"#, "messages[0].tool_call_id"),
            (#"[{"role":"user","content":"a"},{"role":"tool","tool_call_id":"c"}]"#, "messages[1].content"),
            (
                #"[{"role":"user","content":"a","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}]"#,
                "messages[0].tool_calls"
            ),
            (
                #"[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{"}}]}]"#,
                "messages[0].tool_calls[0].function.arguments"
            ),
            (
                #"[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}]"#,
                "messages[0].tool_calls[0].id"
            ),
        ])
    func refusesMessages(messages: String, param: String) {
        let error = #expect(throws: APIError.self) { try self.read(messages: messages) }
        #expect(error?.param == param)
        #expect(error?.status == .badRequest)
    }
}
