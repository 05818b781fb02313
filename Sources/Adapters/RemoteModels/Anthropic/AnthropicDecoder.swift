// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Reads the answers of Anthropic's Messages, whole ones and the events of streamed ones.
struct AnthropicDecoder: AnswerDecoder {
    let endpoint: RemoteEndpoint
    private var calls = ToolCallAssembly()
    private var summary = GenerationSummary(
        finishReason: .stop, usage: TokenUsage(promptTokens: 0, completionTokens: 0))
    private var hasReason = false

    init(endpoint: RemoteEndpoint) { self.endpoint = endpoint }

    mutating func decode(_ piece: UnsafeRawBufferPointer, into events: inout AnswerEvents) throws {
        let json = try self.endpoint.value(piece)
        switch json["type"]?.stringValue {
        case "message":
            self.readHead(json)
            for (index, block) in (json["content"]?.arrayValue ?? []).enumerated() {
                Self.add(block, to: &events)
                try self.beginBlock(block, index: index)
            }
            self.readReason(json["stop_reason"])
        case "message_start": if let message = json["message"] { self.readHead(message) }
        case "content_block_start":
            if let block = json["content_block"] {
                Self.add(block, to: &events)
                try self.beginBlock(block, index: json["index"]?.integerValue)
            }
        case "content_block_delta":
            if let delta = json["delta"] { Self.add(delta, to: &events) }
            if let arguments = json["delta"]?["partial_json"]?.stringValue {
                try self.calls.add(index: json["index"]?.integerValue, arguments: arguments)
            }
        case "message_delta":
            self.readReason(json["delta"]?["stop_reason"])
            self.readUsage(json["usage"])
        case "message_stop": try self.end(into: &events)
        case "error": throw self.endpoint.error(Refusal(json))
        // Pings, ends of blocks, and what may come one day.
        default: break
        }
    }

    mutating func end(into events: inout AnswerEvents) throws {
        guard self.hasReason else { return }
        events.add(try self.calls.finish())
        events.finish(self.summary)
    }

    /// Adds the text of a block or of a piece of one, and what the model thinks.
    private static func add(_ block: JSONValue, to events: inout AnswerEvents) {
        events.add(block["text"]?.stringValue ?? "", reasoning: block["thinking"]?.stringValue ?? "")
    }

    private mutating func readHead(_ message: JSONValue) {
        self.summary.responseID = message["id"]?.stringValue
        self.summary.model = message["model"]?.stringValue
        self.readUsage(message["usage"])
    }

    private mutating func beginBlock(_ block: JSONValue, index: Int?) throws {
        guard block["type"]?.stringValue == "tool_use" else { return }
        let input = block["input"]?.objectValue?.isEmpty == false ? block["input"]?.serialized() : nil
        try self.calls.add(
            index: index, id: block["id"]?.stringValue, name: block["name"]?.stringValue, arguments: input ?? "")
    }

    private mutating func readReason(_ reason: JSONValue?) {
        guard let reason = reason?.stringValue else { return }
        self.hasReason = true
        self.summary.finishReason =
            switch reason {
            case "max_tokens", "model_context_window_exceeded": .length
            case "tool_use": .toolCalls
            case "refusal": .contentFilter
            default: .stop
            }
    }

    private mutating func readUsage(_ usage: JSONValue?) {
        guard let usage else { return }
        if let input = usage["input_tokens"]?.integerValue {
            // The protocol counts tokens from a cache, and those that go there, apart.
            let cached = usage["cache_read_input_tokens"]?.integerValue ?? 0
            let kept = usage["cache_creation_input_tokens"]?.integerValue ?? 0
            self.summary.usage.promptTokens = input &+ cached &+ kept
            self.summary.usage.cachedPromptTokens = cached
        }
        if let output = usage["output_tokens"]?.integerValue { self.summary.usage.completionTokens = output }
    }
}
