// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Reads the answers of OpenAI's Responses, whole ones and the events of streamed ones.
struct ResponsesDecoder: AnswerDecoder {
    let endpoint: RemoteEndpoint
    /// How many tokens the answer may have.
    private let maxTokens: Int?

    init(endpoint: RemoteEndpoint, maxTokens: Int?) {
        self.endpoint = endpoint
        self.maxTokens = maxTokens
    }

    mutating func decode(_ piece: UnsafeRawBufferPointer, into events: inout AnswerEvents) throws {
        let json = try self.endpoint.value(piece)
        switch json["type"]?.stringValue {
        case "response.output_text.delta", "response.refusal.delta":
            events.add(json["delta"]?.stringValue ?? "", tokens: Self.tokens(json["logprobs"]))
        case "response.reasoning_text.delta", "response.reasoning_summary_text.delta":
            events.add("", reasoning: json["delta"]?.stringValue ?? "")
        case "response.completed", "response.incomplete", "response.failed":
            // The text came in pieces before; calls are taken from here, where they are whole.
            if let response = json["response"] { try self.read(response, withText: false, into: &events) }
        case "error": throw self.endpoint.error(Refusal(json["error"] == nil ? ["error": json] : json))
        case nil where json["object"]?.stringValue == "response": try self.read(json, withText: true, into: &events)
        // Beginnings and ends of items, and what may come one day.
        default: break
        }
    }

    /// An answer is complete when an event says so, and not before.
    mutating func end(into events: inout AnswerEvents) throws {}

    private func read(_ response: JSONValue, withText: Bool, into events: inout AnswerEvents) throws {
        if let error = response["error"], error != .null { throw self.endpoint.error(Refusal(["error": error])) }
        var calls = ToolCallAssembly()
        for item in response["output"]?.arrayValue ?? [] {
            switch item["type"]?.stringValue {
            case "message" where withText:
                for part in item["content"]?.arrayValue ?? [] {
                    let text = (part["text"] ?? part["refusal"])?.stringValue ?? ""
                    events.add(text, tokens: Self.tokens(part["logprobs"]))
                }
            case "reasoning" where withText:
                // The thoughts themselves, or where they are kept back, what they were about.
                let thoughts = item["content"]?.arrayValue ?? []
                for part in thoughts.isEmpty ? item["summary"]?.arrayValue ?? [] : thoughts {
                    events.add("", reasoning: part["text"]?.stringValue ?? "")
                }
            case "function_call":
                try calls.add(
                    index: nil, id: item["call_id"]?.stringValue, name: item["name"]?.stringValue,
                    arguments: item["arguments"]?.stringValue ?? "")
            default: break
            }
        }
        let reason = self.reason(response, hasCalls: !calls.isEmpty)
        events.add(try calls.finish())
        events.finish(
            GenerationSummary(
                finishReason: reason, usage: Self.usage(response["usage"]), responseID: response["id"]?.stringValue,
                model: response["model"]?.stringValue))
    }

    private func reason(_ response: JSONValue, hasCalls: Bool) -> FinishReason {
        switch response["incomplete_details"]?["reason"]?.stringValue {
        case "max_output_tokens": return .length
        case "content_filter": return .contentFilter
        default:
            if hasCalls { return .toolCalls }
            // Servers after OpenAI's call an answer complete that met its limit.
            let tokens = response["usage"]?["output_tokens"]?.integerValue ?? 0
            return tokens >= self.maxTokens ?? .max ? .length : .stop
        }
    }

    private static func usage(_ usage: JSONValue?) -> TokenUsage {
        TokenUsage(
            promptTokens: usage?["input_tokens"]?.integerValue ?? 0,
            completionTokens: usage?["output_tokens"]?.integerValue ?? 0,
            cachedPromptTokens: usage?["input_tokens_details"]?["cached_tokens"]?.integerValue ?? 0)
    }

    private static func tokens(_ logprobs: JSONValue?) -> [SampledToken] {
        (logprobs?.arrayValue ?? []).map(SampledToken.init(openAI:))
    }
}
