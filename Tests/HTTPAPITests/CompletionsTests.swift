// SPDX-License-Identifier: Apache-2.0

import LLMCore
import NIOHTTP1
import OpenAutoGLMTesting
import Testing

@Suite("Completions")
struct CompletionsTests {
    private static func ask(_ server: LiveServer, _ members: String, model: String = "scripted") async throws
        -> LiveServer.Reply
    {
        try await server.send(.POST, "/v1/completions", body: #"{"model":"\#(model)",\#(members)}"#)
    }

    @Test("An answer comes whole, and its prompt reaches the model as it is")
    func whole() async throws {
        let model = ScriptedModel(replies: ["two, three"])
        let reply = try await LiveServer.run(model) { try await Self.ask($0, #""prompt":"<s>One,","user":"me""#) }
        let expected: JSONValue = [
            "id": "cmpl-0000000000000abc", "object": "text_completion", "created": 1_700_000_000, "model": "scripted",
            "choices": [["index": 0, "text": "two, three", "logprobs": nil, "finish_reason": "stop"]],
            "usage": [
                "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3,
                "prompt_tokens_details": ["cached_tokens": 0],
            ],
        ]
        #expect(reply.status == 200 && reply.json == expected)
        let asked = try #require(model.requests.first)
        #expect(asked.prompt == .raw("<s>One,") && asked.maxTokens == 16 && !asked.isStreamed)
        #expect(asked.scheduling.client == "me" && asked.topLogProbabilities == nil)
    }

    @Test("A stream gives the text piece by piece, with its prompt where that is asked for", arguments: [false, true])
    func stream(echoes: Bool) async throws {
        let model = ScriptedModel(replies: ["two, three"])
        let reply = try await LiveServer.run(model) {
            try await Self.ask(
                $0, #""prompt":"One, ","stream":true,"stream_options":{"include_usage":true},"echo":\#(echoes)"#)
        }
        #expect(reply.headers["content-type"] == "text/event-stream" && reply.events.last == "[DONE]")
        let chunks = try reply.events.dropLast().map { try JSONValue(parsing: $0) }
        #expect(chunks.allSatisfy { $0["object"] == "text_completion" && $0["id"] == "cmpl-0000000000000abc" })
        let choices = chunks.compactMap { $0["choices"]?.arrayValue?.first }
        #expect(choices.map { $0["text"] } == [echoes ? "One, two, " : "two, ", "three", ""])
        #expect(choices.map { $0["finish_reason"] } == [.null, .null, "stop"])
        #expect(chunks.last?["choices"] == [] && chunks.last?["usage"]?["total_tokens"] == 3)
    }

    @Test("Each prompt has so many answers, in order, and all tokens are counted")
    func prompts() async throws {
        let model = ScriptedModel(replies: ["one", "two", "three", "four"])
        let reply = try await LiveServer.run(model) {
            try await Self.ask($0, #""prompt":["A b","C"],"n":2,"best_of":2,"echo":true"#)
        }
        let choices = reply.json["choices"]?.arrayValue ?? []
        #expect(choices.map { $0["index"] } == [0, 1, 2, 3])
        #expect(choices.map { $0["text"] } == ["A bone", "A btwo", "Cthree", "Cfour"])
        #expect(reply.json["usage"]?["prompt_tokens"] == 3 && reply.json["usage"]?["completion_tokens"] == 4)
    }

    @Test("Log-probabilities come as arrays side by side, and a stream's offsets go on")
    func logProbabilities() async throws {
        try await LiveServer.run(CapableModel()) { server in
            let members = #""prompt":"a","max_tokens":2,"logprobs""#
            let whole = try await Self.ask(server, members + ":1", model: "capable")
            let expected: JSONValue = [
                "tokens": ["The ", "capital is"], "token_logprobs": [-0.5, -0.5],
                "top_logprobs": [["The ": -0.5], ["capital is": -0.5]], "text_offset": [0, 4],
            ]
            #expect(whole.json["choices"]?.arrayValue?.first?["logprobs"] == expected)
            let none = try await Self.ask(server, members + ":0", model: "capable")
            #expect(none.json["choices"]?.arrayValue?.first?["logprobs"]?["top_logprobs"] == .null)
            let stream = try await Self.ask(server, members + #":2,"stream":true"#, model: "capable")
            let pieces = try stream.events.dropLast().compactMap {
                try JSONValue(parsing: $0)["choices"]?.arrayValue?.first?["logprobs"]
            }
            #expect(pieces.map { $0["text_offset"] } == [[0], [4], nil])
            #expect(pieces[0]["top_logprobs"] == [["The ": -0.5, "other": -1.5]])
        }
    }

    @Test("A stream that is cut off ends with an error, never with [DONE]")
    func cutOff() async throws {
        let model = ScriptedModel(replies: [.cutOff(after: "two")])
        let reply = try await LiveServer.run(model) { try await Self.ask($0, #""prompt":"One","stream":true"#) }
        #expect(!reply.text.contains("[DONE]"))
        let last = try JSONValue(parsing: try #require(reply.events.last))
        #expect(last["error"]?["code"] == "llm.truncated-stream")
    }

    @Test(
        "What is wrong, or what this server has nothing for, is refused by its name",
        arguments: [
            ("", "prompt"), (#""prompt":5"#, "prompt"), (#""prompt":[]"#, "prompt"), (#""prompt":[1,2]"#, "prompt"),
            (#""prompt":[[1],[2]]"#, "prompt"), (#""prompt":["a",{}]"#, "prompt"),
            (#""prompt":"a","suffix":"z""#, "suffix"), (#""prompt":"a","best_of":3"#, "best_of"),
            (#""prompt":"a","n":129"#, "n"), (#""prompt":["a","b"],"n":100"#, "prompt"),
            (#""prompt":"a","max_tokens":0"#, "max_tokens"), (#""prompt":"a","logprobs":21"#, "logprobs"),
            (#""prompt":"a","logprobs":true"#, "logprobs"), (#""prompt":"a","echo":true,"logprobs":1"#, "echo"),
            (#""prompt":"a","echo":1"#, "echo"), (#""prompt":"a","stream":1"#, "stream"),
            (#""prompt":"a","stop":[""]"#, "stop"), (#""prompt":"a","temperature":-1"#, "temperature"),
        ])
    func refuses(members: String, param: String) async throws {
        try await LiveServer.run(ScriptedModel(replies: ["fine"])) { server in
            let reply = try await Self.ask(server, members.isEmpty ? #""user":"x""# : members)
            #expect(reply.status == 400 && reply.error["param"]?.stringValue == param)
            #expect(try await server.chat().status == 200)
        }
    }
}
