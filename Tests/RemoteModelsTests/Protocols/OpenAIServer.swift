// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OrderedCollections

/// Speaks OpenAI's Chat Completions, Completions and Embeddings, and vLLM's additions.
enum OpenAIServer {
    static func reply(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        let body = request.json
        switch request.path {
        case "/v1/chat/completions": return Self.completion(body, isChat: true)
        case "/v1/completions":
            if body["prompt_logprobs"] != nil { return .json(Self.scored(body)) }
            return Self.completion(body, isChat: false)
        case "/v1/embeddings":
            let count = body["input"]?.arrayValue?.count ?? 0
            return .json([
                "data": .array((0..<count).map { ["index": .integer($0), "embedding": [0.5, .integer($0)]] })
            ])
        case "/tokenize":
            let text = body["prompt"]?.stringValue ?? body["messages"]?.serialized() ?? ""
            return .json(["tokens": .array(text.utf8.map { .integer(Int($0)) }), "count": .integer(text.utf8.count)])
        case "/health": return .json(.null)
        default: return .json(["error": ["message": "no route"]], status: 404)
        }
    }

    private static func completion(_ body: JSONValue, isChat: Bool) -> ScriptedServer.Reply {
        let answer = FakeModel.answer(Self.question(body))
        let logprobs = isChat ? body["logprobs"] == true : body["logprobs"] != nil
        guard body["stream"] == true else {
            let choice = Self.choice(
                isChat ? ["message": Self.message(answer)] : ["text": .string(answer.text)],
                logprobs ? Self.logprobs(answer.pieces) : .null, reason: answer.reason)
            return .json([
                "id": "c-1", "model": .string(FakeModel.model), "choices": [choice], "usage": Self.usage(answer),
            ])
        }
        var chunks = answer.pieces.map { piece in
            Self.choice(
                isChat ? ["delta": ["content": .string(piece)]] : ["text": .string(piece)],
                logprobs ? Self.logprobs([piece]) : .null, reason: nil)
        }
        for (index, call) in answer.calls.enumerated() {
            chunks += Self.pieces(of: call, index: index).map {
                Self.choice(["delta": ["tool_calls": [$0]]], nil, reason: nil)
            }
        }
        chunks.append(Self.choice(isChat ? ["delta": [:]] : ["text": ""], nil, reason: answer.reason))
        let texts = chunks.map { choice -> String in
            let chunk: JSONValue = ["id": "c-1", "model": .string(FakeModel.model), "choices": [choice]]
            return chunk.serialized()
        }
        let usage: JSONValue = ["id": "c-1", "choices": [], "usage": Self.usage(answer)]
        return .events(texts + [usage.serialized(), "[DONE]"])
    }

    private static func question(_ body: JSONValue) -> FakeModel.Question {
        let guide = body["structured_outputs"]
        let forced =
            guide?["choice"]?.arrayValue?.first?.stringValue
            ?? (guide?["regex"] == nil ? guide?["grammar"].map { _ in "(a)" } : "xz")
        return FakeModel.Question(
            text: (body["messages"] ?? body["prompt"])?.serialized() ?? "", isStreamed: body["stream"] == true,
            maxTokens: (body["max_tokens"] ?? body["max_completion_tokens"])?.integerValue,
            offersTools: body["tools"] != nil,
            schema: body["response_format"]?["json_schema"]?["schema"] ?? guide?["json"], forced: forced)
    }

    private static func choice(_ content: JSONValue, _ logprobs: JSONValue, reason: FinishReason?) -> JSONValue {
        var choice = content.objectValue ?? [:]
        choice["index"] = 0
        choice["logprobs"] = logprobs
        choice["finish_reason"] = reason.map { .string($0.rawValue) } ?? .null
        return .object(choice)
    }

    private static func message(_ answer: FakeModel.Answer) -> JSONValue {
        [
            "role": "assistant", "content": answer.calls.isEmpty ? .string(answer.text) : .null,
            "tool_calls": .array(answer.calls.map(Self.call)),
        ]
    }

    private static func call(_ call: ToolCall) -> JSONValue {
        [
            "id": .string(call.id), "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(call.arguments.serialized())],
        ]
    }

    /// A call in three pieces, as servers send it.
    private static func pieces(of call: ToolCall, index: Int) -> [JSONValue] {
        let arguments = call.arguments.serialized()
        return [
            [
                "index": .integer(index), "id": .string(call.id),
                "function": ["name": .string(call.name), "arguments": ""],
            ],
            ["index": .integer(index), "function": ["arguments": .string(String(arguments.prefix(4)))]],
            ["index": .integer(index), "function": ["arguments": .string(String(arguments.dropFirst(4)))]],
        ]
    }

    private static func logprobs(_ pieces: [String]) -> JSONValue {
        [
            "content": .array(
                pieces.map {
                    [
                        "token": .string($0), "logprob": -0.25,
                        "top_logprobs": [["token": .string($0), "logprob": -0.25], ["token": "?", "logprob": -2]],
                    ]
                })
        ]
    }

    private static func usage(_ answer: FakeModel.Answer) -> JSONValue {
        ["prompt_tokens": .integer(answer.promptTokens), "completion_tokens": .integer(answer.pieces.count)]
    }

    /// vLLM's report of a prompt's tokens.
    private static func scored(_ body: JSONValue) -> JSONValue {
        let tokens = body["prompt"]?.arrayValue ?? []
        let reported = tokens.enumerated().map { index, token -> JSONValue in
            index == 0 ? .null : .object(["\(token)": ["logprob": -0.5, "rank": 1]])
        }
        return ["choices": [["text": "x", "finish_reason": "length", "prompt_logprobs": .array(reported)]]]
    }
}
