// SPDX-License-Identifier: Apache-2.0

import LLMCore

/// Speaks OpenAI's Responses.
enum ResponsesServer {
    static func reply(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        guard request.path == "/v1/responses" else { return OpenAIServer.reply(request) }
        let body = request.json
        let answer = FakeModel.answer(
            FakeModel.Question(
                text: body["input"]?.serialized() ?? "", isStreamed: body["stream"] == true,
                maxTokens: body["max_output_tokens"]?.integerValue, offersTools: body["tools"] != nil,
                schema: body["text"]?["format"]?["schema"]))
        let hasLogprobs = body["top_logprobs"] != nil
        let response = Self.response(answer, hasLogprobs: hasLogprobs)
        guard body["stream"] == true else { return .json(response) }
        let deltas: [JSONValue] = answer.pieces.map {
            [
                "type": "response.output_text.delta", "output_index": 0, "delta": .string($0),
                "logprobs": hasLogprobs ? [Self.token($0)] : [],
            ]
        }
        let calls: [JSONValue] = answer.calls.map {
            ["type": "response.function_call_arguments.done", "arguments": .string($0.arguments.serialized())]
        }
        let end = answer.reason == .length ? "response.incomplete" : "response.completed"
        let created: JSONValue = ["type": "response.created", "response": ["id": "r-1", "status": "in_progress"]]
        return .events(
            ([created] + deltas + calls + [["type": .string(end), "response": response]]).map { $0.serialized() })
    }

    private static func response(_ answer: FakeModel.Answer, hasLogprobs: Bool) -> JSONValue {
        let text: JSONValue = [
            "type": "message", "role": "assistant",
            "content": [
                [
                    "type": "output_text", "text": .string(answer.text),
                    "logprobs": hasLogprobs ? .array(answer.pieces.map(Self.token)) : [],
                ]
            ],
        ]
        let calls: [JSONValue] = answer.calls.map {
            [
                "type": "function_call", "id": "item", "call_id": .string($0.id), "name": .string($0.name),
                "arguments": .string($0.arguments.serialized()),
            ]
        }
        return [
            "id": "r-1", "object": "response", "model": .string(FakeModel.model), "error": nil,
            "status": answer.reason == .length ? "incomplete" : "completed", "output": .array([text] + calls),
            "incomplete_details": answer.reason == .length ? ["reason": "max_output_tokens"] : nil,
            "usage": ["input_tokens": .integer(answer.promptTokens), "output_tokens": .integer(answer.pieces.count)],
        ]
    }

    private static func token(_ text: String) -> JSONValue {
        [
            "token": .string(text), "logprob": -0.5,
            "top_logprobs": [["token": .string(text), "logprob": -0.5], ["token": "?", "logprob": -3]],
        ]
    }
}
