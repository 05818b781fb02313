// SPDX-License-Identifier: Apache-2.0

import LLMCore
import RemoteModels
import Testing

@Suite("What a model thinks before it answers")
struct ReasoningTests {
    /// An answer "Yes." after the thought "Hm, so", in pieces and whole, as a protocol has it.
    struct Case: Sendable, CustomTestStringConvertible {
        let backend: RemoteBackend
        let events: [String]
        let whole: JSONValue

        var testDescription: String { self.backend.rawValue }
    }

    static let cases = [
        Case(
            backend: .openai,
            events: [
                #"{"choices":[{"delta":{"role":"assistant","reasoning_content":"Hm,"}}]}"#,
                #"{"choices":[{"delta":{"reasoning_content":" so"}}]}"#, #"{"choices":[{"delta":{"content":"Yes."}}]}"#,
                #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#, "[DONE]",
            ],
            whole: [
                "choices": [
                    ["message": ["content": "Yes.", "reasoning_content": "Hm, so"], "finish_reason": "stop"]
                ]
            ]),
        Case(
            backend: .vllm,
            events: [
                #"{"choices":[{"delta":{"reasoning":"Hm, so","reasoning_content":"Hm, so"}}]}"#,
                #"{"choices":[{"delta":{"content":"Yes."},"finish_reason":"stop"}]}"#, "[DONE]",
            ],
            whole: ["choices": [["message": ["content": "Yes.", "reasoning": "Hm, so"], "finish_reason": "stop"]]]),
        Case(
            backend: .openaiResponses,
            events: [
                #"{"type":"response.reasoning_text.delta","delta":"Hm,"}"#,
                #"{"type":"response.reasoning_summary_text.delta","delta":" so"}"#,
                #"{"type":"response.output_text.delta","delta":"Yes."}"#,
                #"{"type":"response.completed","response":{"object":"response","output":[{"type":"reasoning","content":[{"text":"Hm, so"}]}]}}"#,
            ],
            whole: [
                "object": "response",
                "output": [
                    ["type": "reasoning", "summary": [["text": "no"]], "content": [["text": "Hm, so"]]],
                    ["type": "message", "content": [["type": "output_text", "text": "Yes."]]],
                ],
            ]),
        Case(
            backend: .anthropic,
            events: [
                #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm, so"}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"x"}}"#,
                #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Yes."}}"#,
                #"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#, #"{"type":"message_stop"}"#,
            ],
            whole: [
                "type": "message", "stop_reason": "end_turn",
                "content": [["type": "thinking", "thinking": "Hm, so"], ["type": "text", "text": "Yes."]],
            ]),
    ]

    @Test("It comes apart from the answer, in pieces or whole", arguments: Self.cases, [true, false])
    func reasoning(item: Case, isStreamed: Bool) async throws {
        let reply: ScriptedServer.Reply = isStreamed ? .events(item.events) : .json(item.whole)
        try await ScriptedServer.run({ _ in reply }) { server in
            let model = try item.backend.open("m", baseURL: server.url, environment: [:])
            var request = GenerationRequest(prompt: "Is it so?", sampling: .greedy)
            request.isStreamed = isStreamed
            let response = try await model.generate(request).response()
            #expect(response.text == "Yes." && response.reasoning == "Hm, so")
        }
    }

    @Test("Ollama tells it on lines of its own")
    func ollama() async throws {
        let lines = [
            #"{"message":{"role":"assistant","content":"","thinking":"Hm, so"},"done":false}"#,
            #"{"message":{"role":"assistant","content":"Yes."},"done":true,"done_reason":"stop"}"#,
        ]
        let reply = ScriptedServer.Reply(pieces: lines.map { Array("\($0)\n".utf8) })
        try await ScriptedServer.run({ _ in reply }) { server in
            let model = OllamaModel("m", baseURL: server.url)
            let response = try await model.generate(GenerationRequest(prompt: "Is it so?", sampling: .greedy))
                .response()
            #expect(response.text == "Yes." && response.reasoning == "Hm, so")
        }
    }
}
