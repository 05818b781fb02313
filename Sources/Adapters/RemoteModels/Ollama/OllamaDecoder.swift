// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Reads the lines of Ollama's answers; a whole answer is one line.
struct OllamaDecoder: AnswerDecoder {
    let endpoint: RemoteEndpoint
    private var calls = ToolCallAssembly()

    init(endpoint: RemoteEndpoint) { self.endpoint = endpoint }

    mutating func decode(_ piece: UnsafeRawBufferPointer, into events: inout AnswerEvents) throws {
        let json = try self.endpoint.value(piece)
        if json["error"] != nil { throw self.endpoint.error(Refusal(json)) }
        let text = (json["message"]?["content"] ?? json["response"])?.stringValue ?? ""
        let reasoning = (json["message"] ?? json)["thinking"]?.stringValue ?? ""
        events.add(
            text, tokens: (json["logprobs"]?.arrayValue ?? []).map(SampledToken.init(openAI:)), reasoning: reasoning)
        for call in json["message"]?["tool_calls"]?.arrayValue ?? [] {
            try self.calls.add(
                index: nil, id: call["id"]?.stringValue, name: call["function"]?["name"]?.stringValue,
                arguments: call["function"]?["arguments"]?.serialized() ?? "")
        }
        guard json["done"] == true else { return }
        let calls = try self.calls.finish()
        events.add(calls)
        events.finish(Self.summary(json, reason: calls.isEmpty ? .stop : .toolCalls))
    }

    /// An answer is complete when its last line says so, and not before.
    mutating func end(into events: inout AnswerEvents) throws {}

    private static func summary(_ json: JSONValue, reason: FinishReason) -> GenerationSummary {
        func time(_ key: String) -> Duration { .nanoseconds(json[key]?.integerValue ?? 0) }
        return GenerationSummary(
            finishReason: json["done_reason"]?.stringValue == "length" ? .length : reason,
            usage: TokenUsage(
                promptTokens: json["prompt_eval_count"]?.integerValue ?? 0,
                completionTokens: json["eval_count"]?.integerValue ?? 0),
            timings: GenerationTimings(
                timeToFirstToken: time("load_duration") + time("prompt_eval_duration"),
                prefill: time("prompt_eval_duration"), decode: time("eval_duration")),
            model: json["model"]?.stringValue)
    }
}
