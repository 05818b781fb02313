// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OrderedCollections

/// Speaks Ollama's protocol.
enum OllamaServer {
    static func reply(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        let body = request.json
        if request.path == "/api/embed" {
            let count = body["input"]?.arrayValue?.count ?? 0
            return .json(["embeddings": .array((0..<count).map { [.integer($0), 0.5] })])
        }
        let isChat = request.path == "/api/chat"
        let answer = FakeModel.answer(
            FakeModel.Question(
                text: body.serialized(), isStreamed: body["stream"] == true,
                maxTokens: body["options"]?["num_predict"]?.integerValue, offersTools: body["tools"] != nil,
                schema: body["format"]))
        func line(_ text: String, calls: [ToolCall] = []) -> JSONValue {
            let message: JSONValue = [
                "role": "assistant", "content": .string(text),
                "tool_calls": .array(
                    calls.map { ["function": ["name": .string($0.name), "arguments": $0.arguments]] }),
            ]
            return [
                "model": .string(FakeModel.model), "done": false,
                isChat ? "message" : "response": isChat ? message : .string(text),
                "logprobs": body["logprobs"] == true
                    ? [
                        [
                            "token": .string(text), "logprob": -0.5,
                            "top_logprobs": [["token": .string(text), "logprob": -0.5]],
                        ]
                    ] : [],
            ]
        }
        func ended(_ line: JSONValue) -> JSONValue {
            var members = line.objectValue ?? [:]
            members["done"] = true
            members["done_reason"] = answer.reason == .length ? "length" : "stop"
            members["prompt_eval_count"] = .integer(answer.promptTokens)
            members["eval_count"] = .integer(answer.pieces.count)
            members["eval_duration"] = 1_000_000
            return .object(members)
        }
        guard body["stream"] == true else { return .json(ended(line(answer.text, calls: answer.calls))) }
        var lines = answer.pieces.map { line($0) }
        if !answer.calls.isEmpty { lines.append(line("", calls: answer.calls)) }
        lines.append(ended(["model": .string(FakeModel.model)]))
        return ScriptedServer.Reply(pieces: lines.map { Array("\($0)\n".utf8) })
    }
}
