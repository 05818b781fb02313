// SPDX-License-Identifier: Apache-2.0

import LLMCore

/// Speaks Text Generation Inference's own protocol, and OpenAI's below `/v1`.
enum TGIServer {
    static func reply(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        let body = request.json
        switch request.path {
        case "/tokenize": return .json([["id": 1], ["id": 2]])
        case "/chat_tokenize": return .json(["tokenize_response": [["id": 1]], "templated_text": "x"])
        case "/info": return .json(["model_id": .string(FakeModel.model)])
        case "/generate_stream": return Self.stream(body)
        default: return OpenAIServer.reply(request)
        }
    }

    private static func stream(_ body: JSONValue) -> ScriptedServer.Reply {
        let parameters = body["parameters"]
        let answer = FakeModel.answer(
            FakeModel.Question(
                text: body["inputs"]?.stringValue ?? "", isStreamed: true,
                maxTokens: parameters?["max_new_tokens"]?.integerValue, schema: parameters?["grammar"]?["value"]))
        // A stop string is part of what the server sends.
        let stop = parameters?["stop"]?.arrayValue?.first?.stringValue
        var pieces: [String] = []
        for piece in answer.pieces {
            pieces.append(piece)
            if let stop, pieces.joined().contains(stop) { break }
        }
        let isStopped = pieces.count < answer.pieces.count
        let reason = isStopped ? "stop_sequence" : answer.reason == .length ? "length" : "eos_token"
        let events = pieces.enumerated().map { index, piece -> String in
            let isLast = index == pieces.count - 1
            let details: JSONValue = [
                "finish_reason": .string(reason), "generated_tokens": .integer(pieces.count),
                "input_length": .integer(answer.promptTokens),
            ]
            let event: JSONValue = [
                "index": .integer(index), "details": isLast ? details : nil,
                "token": ["id": .integer(index), "text": .string(piece), "logprob": -0.5, "special": false],
                "top_tokens": [["id": 5, "text": "?", "logprob": -1]],
            ]
            return event.serialized()
        }
        return .events(events)
    }
}
