// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Reads the answers of Chat Completions and Completions: whole ones, and chunks of streamed ones, which have the same
/// members but for the name of one.
struct ChatDecoder: AnswerDecoder {
    let endpoint: RemoteEndpoint
    private var calls = ToolCallAssembly()
    private var finishReason: FinishReason?
    private var usage = TokenUsage(promptTokens: 0, completionTokens: 0)
    private var id: String?
    private var model: String?

    init(endpoint: RemoteEndpoint) { self.endpoint = endpoint }

    /// What ends a stream of events.
    private static let done = Array("[DONE]".utf8)

    mutating func decode(_ piece: UnsafeRawBufferPointer, into events: inout AnswerEvents) throws {
        if piece.count == Self.done.count, piece.elementsEqual(Self.done) { return try self.end(into: &events) }
        // Taken out, because a closure cannot change what it is part of.
        var decoder = self
        defer { self = decoder }
        try self.endpoint.parse(piece) { try decoder.readAnswer(&$0, into: &events) }
    }

    mutating func end(into events: inout AnswerEvents) throws {
        guard var reason = self.finishReason else { return }
        let calls = try self.calls.finish()
        events.add(calls)
        if !calls.isEmpty, reason == .stop { reason = .toolCalls }
        events.finish(
            GenerationSummary(finishReason: reason, usage: self.usage, responseID: self.id, model: self.model))
    }

    private mutating func readAnswer(_ reader: inout JSONReader, into events: inout AnswerEvents) throws {
        try reader.object { reader, key in
            switch key {
            case "id" where self.id == nil: self.id = try reader.string()
            case "model" where self.model == nil: self.model = try reader.string()
            case "choices": try reader.array { try self.readChoice(&$0, into: &events) }
            case "usage": try self.readUsage(&reader)
            case "error":
                let error = try reader.value()
                if error != .null { throw self.endpoint.error(Refusal(["error": error])) }
            default: try reader.skip()
            }
        }
    }

    private mutating func readChoice(_ reader: inout JSONReader, into events: inout AnswerEvents) throws {
        var delta = TextDelta(text: "")
        try reader.object { reader, key in
            switch key {
            case "delta", "message": try self.readMessage(&reader, &delta)
            case "text": delta.text += try reader.string() ?? ""
            case "finish_reason":
                if let reason = try reader.string(), !reason.isEmpty {
                    self.finishReason = FinishReason(openAI: reason)
                }
            case "logprobs": delta.tokens = try reader.chatLogProbabilities()
            default: try reader.skip()
            }
        }
        events.add(delta.text, tokens: delta.tokens, reasoning: delta.reasoning)
    }

    private mutating func readMessage(_ reader: inout JSONReader, _ delta: inout TextDelta) throws {
        try reader.object { reader, key in
            switch key {
            // A refusal is what the model says in place of an answer.
            case "content", "refusal": if let more = try reader.string() { delta.text += more }
            // Servers agree on no name; one that has both says the same twice.
            case "reasoning_content", "reasoning":
                if let more = try reader.string() { delta.reasoning = more }
            case "tool_calls": try reader.array { try self.readToolCall(&$0) }
            default: try reader.skip()
            }
        }
    }

    private mutating func readToolCall(_ reader: inout JSONReader) throws {
        var index: Int?
        var (id, name) = (String?.none, String?.none)
        var arguments = ""
        try reader.object { reader, key in
            switch key {
            case "index": index = try reader.integer()
            case "id": id = try reader.string()
            case "function":
                try reader.object { reader, key in
                    switch key {
                    case "name": name = try reader.string()
                    case "arguments":
                        // Some servers send the object itself in place of its text.
                        let isObject = try reader.isNext("{")
                        arguments = isObject ? try reader.value().serialized() : try reader.string() ?? ""
                    default: try reader.skip()
                    }
                }
            default: try reader.skip()
            }
        }
        try self.calls.add(index: index, id: id, name: name, arguments: arguments)
    }

    private mutating func readUsage(_ reader: inout JSONReader) throws {
        try reader.object { reader, key in
            switch key {
            case "prompt_tokens": self.usage.promptTokens = try reader.integer() ?? 0
            case "completion_tokens": self.usage.completionTokens = try reader.integer() ?? 0
            case "prompt_tokens_details":
                try reader.object { reader, key in
                    guard key == "cached_tokens" else { return try reader.skip() }
                    self.usage.cachedPromptTokens = try reader.integer() ?? 0
                }
            default: try reader.skip()
            }
        }
    }
}

extension FinishReason {
    /// The reason by OpenAI's name; one that is not known counts as the end of the model's turn.
    init(openAI name: String) {
        self = name == "function_call" ? .toolCalls : FinishReason(rawValue: name) ?? .stop
    }
}
