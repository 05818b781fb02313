// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Testing

@Suite("Chat completions")
struct ChatTests {
    @Test("An answer comes whole, in OpenAI's form")
    func whole() async throws {
        let model = ScriptedModel(replies: ["Hello, world"])
        let reply = try await LiveServer.run(model) { try await $0.chat() }
        #expect(reply.status == 200)
        #expect(reply.headers["content-type"] == "application/json")
        let expected: JSONValue = [
            "id": "chatcmpl-0000000000000abc", "object": "chat.completion", "created": 1_700_000_000,
            "model": "scripted",
            "choices": [
                [
                    "index": 0, "message": ["role": "assistant", "content": "Hello, world", "refusal": nil],
                    "logprobs": nil, "finish_reason": "stop",
                ]
            ],
            "usage": [
                "prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5,
                "prompt_tokens_details": ["cached_tokens": 0],
            ],
        ]
        #expect(reply.json == expected)
    }

    @Test("A stream gives the text piece by piece and ends with [DONE]")
    func stream() async throws {
        let model = ScriptedModel(replies: ["Hello, world"])
        let reply = try await LiveServer.run(model) { try await $0.chat(#","stream":true"#) }
        #expect(reply.headers["content-type"] == "text/event-stream")
        #expect(reply.events.last == "[DONE]")
        let chunks = try reply.events.dropLast().map { try JSONValue(parsing: $0) }
        #expect(
            chunks.allSatisfy { $0["object"] == "chat.completion.chunk" && $0["id"] == "chatcmpl-0000000000000abc" })
        let choices = chunks.compactMap { $0["choices"]?.arrayValue?.first }
        #expect(choices.map { $0["delta"]?["role"] } == ["assistant", nil, nil, nil])
        #expect(choices.compactMap { $0["delta"]?["content"]?.stringValue } == ["Hello", ", wor", "ld"])
        #expect(choices.map { $0["finish_reason"] } == [.null, .null, .null, "stop"])
        #expect(chunks.allSatisfy { $0["usage"] == nil })
    }

    @Test("What the model thinks has a member of its own, in pieces and whole")
    func reasoning() async throws {
        try await LiveServer.run(ThinkingModel()) { server in
            let whole = try await server.chat("", model: "thinking").json["choices"]?.arrayValue?.first?["message"]
            #expect(whole?["content"] == "Yes." && whole?["reasoning_content"] == "Hm.")
            let reply = try await server.chat(#","stream":true"#, model: "thinking")
            let deltas = try reply.events.dropLast().map {
                try JSONValue(parsing: $0)["choices"]?.arrayValue?.first?["delta"]
            }
            #expect(deltas.map { $0?["reasoning_content"] } == ["Hm.", nil, nil])
            #expect(deltas.map { $0?["content"] } == [nil, "Yes.", nil])
        }
    }

    /// A model that thinks before it answers.
    private struct ThinkingModel: ModelAdapter {
        let name = "thinking"
        let capabilities: ModelCapabilities = .chat

        func generate(_ request: GenerationRequest) async throws -> GenerationStream {
            let (stream, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
            continuation.yield(.text(TextDelta(text: "", reasoning: "Hm.")))
            continuation.yield(.text(TextDelta(text: "Yes.")))
            let usage = TokenUsage(promptTokens: 1, completionTokens: 2)
            continuation.yield(.finished(GenerationSummary(finishReason: .stop, usage: usage)))
            continuation.finish()
            return GenerationStream(stream)
        }
    }

    @Test("A stream ends with the count of tokens where that is asked for")
    func usage() async throws {
        let model = ScriptedModel(replies: ["Hello"])
        let reply = try await LiveServer.run(model) {
            try await $0.chat(#","stream":true,"stream_options":{"include_usage":true}"#)
        }
        let chunks = try reply.events.dropLast().map { try JSONValue(parsing: $0) }
        #expect(chunks.dropLast().allSatisfy { $0["usage"] == .null })
        #expect(chunks.last?["choices"] == [])
        #expect(chunks.last?["usage"]?["total_tokens"] == 3)
        #expect(reply.events.last == "[DONE]")
    }

    @Test("A stream that is cut off ends with an error, never with [DONE]")
    func cutOff() async throws {
        let model = ScriptedModel(replies: [.cutOff(after: "Hello, wo")])
        let reply = try await LiveServer.run(model) { try await $0.chat(#","stream":true"#) }
        #expect(reply.status == 200)
        #expect(!reply.text.contains("[DONE]"))
        let last = try JSONValue(parsing: try #require(reply.events.last))
        #expect(last["error"]?["code"] == "llm.truncated-stream")
        #expect(last["error"]?["type"] == "server_error")
    }

    @Test("An answer that is cut off is an error when it should come whole")
    func cutOffWhole() async throws {
        let model = ScriptedModel(replies: [.cutOff(after: "Hello")])
        let reply = try await LiveServer.run(model) { try await $0.chat() }
        #expect(reply.status == 502)
        #expect(reply.error["code"] == "llm.truncated-stream")
    }

    @Test(
        "What fails before the first event has a status of its own, streamed or not",
        arguments: ["", #","stream":true"#])
    func failure(members: String) async throws {
        let error = LLMError(.rateLimited, "Too many requests.", retryAfter: .milliseconds(2500))
        let reply = try await LiveServer.run(ScriptedModel(replies: [.failure(error)])) { try await $0.chat(members) }
        #expect(reply.status == 429)
        #expect(reply.headers["retry-after"] == "3")
        #expect(reply.error["message"] == "Too many requests.")
        #expect(reply.error["code"] == "rate_limit_exceeded")
    }

    @Test("Tool calls come in OpenAI's form, streamed or not")
    func tools() async throws {
        let call = ToolCall(id: "call_1", name: "weather", arguments: ["city": "Paris"])
        let other = ToolCall(id: "call_2", name: "time", arguments: [:])
        let model = ScriptedModel(
            replies: [.calls([call, other]), .calls([call, other], after: "Let me")], capabilities: .tools)
        let (whole, stream) = try await LiveServer.run(model) { server in
            let tools = #","tools":[{"type":"function","function":{"name":"weather"}}]"#
            return (try await server.chat(tools), try await server.chat(tools + #","stream":true"#))
        }
        let choice = whole.json["choices"]?.arrayValue?.first
        #expect(choice?["finish_reason"] == "tool_calls")
        #expect(choice?["message"]?["content"] == .null)
        #expect(
            choice?["message"]?["tool_calls"]?.arrayValue?.first == [
                "id": "call_1", "type": "function",
                "function": ["name": "weather", "arguments": #"{"city":"Paris"}"#],
            ])
        let deltas = try stream.events.dropLast().compactMap {
            try JSONValue(parsing: $0)["choices"]?.arrayValue?.first?["delta"]?["tool_calls"]?.arrayValue?.first
        }
        #expect(deltas.map { $0["index"] } == [0, 1])
        #expect(deltas.map { $0["id"] } == ["call_1", "call_2"])
        #expect(deltas.map { $0["function"]?["arguments"] } == [#"{"city":"Paris"}"#, "{}"])
    }

    @Test("Several answers come together, whole or interleaved, and their tokens are added up")
    func completions() async throws {
        let model = ScriptedModel(replies: ["one", "two", "three", "four"])
        let (whole, stream) = try await LiveServer.run(model) { server in
            (
                try await server.chat(#","n":2"#),
                try await server.chat(#","n":2,"stream":true,"stream_options":{"include_usage":true}"#)
            )
        }
        let texts = whole.json["choices"]?.arrayValue?.map { $0["message"]?["content"] }
        #expect(texts == ["one", "two"])
        #expect(whole.json["usage"]?["completion_tokens"] == 2)
        #expect(whole.json["usage"]?["prompt_tokens"] == 2)
        let chunks = try stream.events.dropLast().map { try JSONValue(parsing: $0) }
        let choices = chunks.compactMap { $0["choices"]?.arrayValue?.first }
        for (index, text) in ["three", "four"].enumerated() {
            let own = choices.filter { $0["index"]?.integerValue == index }
            #expect(own.first?["delta"]?["content"]?.stringValue == text)
            #expect(own.last?["finish_reason"] == "stop")
        }
        #expect(chunks.last?["usage"]?["completion_tokens"] == 2)
    }

    @Test("A connection serves many requests, also after errors and streams")
    func keepAlive() async throws {
        let model = ScriptedModel(replies: Array(repeating: "yes", count: 20))
        try await LiveServer.run(model) { server in
            for turn in 0..<20 {
                let good = try await server.chat(turn % 2 == 0 ? "" : #","stream":true"#)
                let bad = try await server.chat(#","n":0"#)
                #expect([good.status, bad.status] == [200, 400])
            }
        }
    }
}
