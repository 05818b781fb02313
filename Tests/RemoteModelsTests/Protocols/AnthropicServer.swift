// SPDX-License-Identifier: Apache-2.0

import LLMCore

/// Speaks Anthropic's Messages.
enum AnthropicServer {
    static func reply(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        if request.path == "/v1/messages/count_tokens" { return .json(["input_tokens": 9]) }
        let body = request.json
        let answer = FakeModel.answer(
            FakeModel.Question(
                text: body["messages"]?.serialized() ?? "", isStreamed: body["stream"] == true,
                maxTokens: body["max_tokens"]?.integerValue, offersTools: body["tools"] != nil))
        let reason = Self.reason(answer)
        guard body["stream"] == true else { return .json(Self.message(answer, reason: reason)) }
        let start: JSONValue = [
            "id": "msg-1", "model": .string(FakeModel.model),
            "usage": ["input_tokens": .integer(answer.promptTokens), "output_tokens": 1],
        ]
        var events: [JSONValue] = [
            ["type": "message_start", "message": start],
            ["type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""]],
            ["type": "ping"],
        ]
        events += answer.pieces.map(Self.delta)
        events.append(["type": "content_block_stop", "index": 0])
        for (index, call) in answer.calls.enumerated() { events += Self.events(of: call, index: index + 1) }
        let usage: JSONValue = ["output_tokens": .integer(answer.pieces.count)]
        events.append(["type": "message_delta", "delta": ["stop_reason": reason], "usage": usage])
        events.append(["type": "message_stop"])
        return Self.events(events)
    }

    private static func message(_ answer: FakeModel.Answer, reason: JSONValue) -> JSONValue {
        let text: JSONValue = ["type": "text", "text": .string(answer.text)]
        let calls = answer.calls.map { Self.block($0, input: $0.arguments) }
        return [
            "id": "msg-1", "type": "message", "model": .string(FakeModel.model), "stop_reason": reason,
            "content": .array((answer.text.isEmpty ? [] : [text]) + calls),
            "usage": ["input_tokens": .integer(answer.promptTokens), "output_tokens": .integer(answer.pieces.count)],
        ]
    }

    /// Events named by their type, as the service sends them.
    private static func events(_ values: [JSONValue]) -> ScriptedServer.Reply {
        ScriptedServer.Reply(
            pieces: values.map { Array("event: \($0["type"]?.stringValue ?? "")\ndata: \($0)\n\n".utf8) })
    }

    private static func delta(_ text: String) -> JSONValue {
        ["type": "content_block_delta", "index": 0, "delta": ["type": "text_delta", "text": .string(text)]]
    }

    private static func block(_ call: ToolCall, input: JSONValue) -> JSONValue {
        ["type": "tool_use", "id": .string(call.id), "name": .string(call.name), "input": input]
    }

    private static func events(of call: ToolCall, index: Int) -> [JSONValue] {
        let text = call.arguments.serialized()
        let start: JSONValue = [
            "type": "content_block_start", "index": .integer(index), "content_block": Self.block(call, input: [:]),
        ]
        let pieces = ["", String(text.prefix(5)), String(text.dropFirst(5))].map { piece -> JSONValue in
            let delta: JSONValue = ["type": "input_json_delta", "partial_json": .string(piece)]
            return ["type": "content_block_delta", "index": .integer(index), "delta": delta]
        }
        return [start] + pieces
    }

    private static func reason(_ answer: FakeModel.Answer) -> JSONValue {
        switch answer.reason {
        case .length: "max_tokens"
        case .toolCalls: "tool_use"
        default: "end_turn"
        }
    }
}
