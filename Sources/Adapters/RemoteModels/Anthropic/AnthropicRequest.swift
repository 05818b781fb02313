// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Writes a request as Anthropic's Messages have it.
struct AnthropicRequest {
    let model: String

    private static let samplingFields: SamplingFields = [.temperature: "temperature", .topP: "top_p", .topK: "top_k"]

    /// The body.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for what the protocol lacks.
    func body(_ request: GenerationRequest) throws -> [UInt8] {
        try self.write(request) { writer in
            writer.member("max_tokens", request.maxTokens ?? AnthropicModel.defaultMaxTokens)
            try writer.members(request.sampling, as: Self.samplingFields, model: self.model)
            if !request.stop.isEmpty { writer.member("stop_sequences", .array(request.stop.map { .string($0) })) }
            if request.isStreamed { writer.member("stream", true) }
        }
    }

    /// The body of a question for the number of tokens.
    func countingBody(_ request: GenerationRequest) throws -> [UInt8] { try self.write(request) { _ in } }

    private func write(_ request: GenerationRequest, _ more: (inout JSONWriter) throws -> Void) throws -> [UInt8] {
        guard case .messages(let messages) = request.prompt else { return [] }
        var writer = JSONWriter(capacity: 1024)
        try writer.object { writer in
            writer.member("model", self.model)
            let instructions = messages.filter { $0.role == .system }.map(\.text)
            if !instructions.isEmpty { writer.member("system", instructions.joined(separator: "\n\n")) }
            writer.member("messages", .array(Self.turns(messages.filter { $0.role != .system })))
            if request.offersTools { Self.write(tools: request, into: &writer) }
            try more(&writer)
        }
        return writer.bytes
    }

    /// The turns; results of tools are the user's, and those of one moment belong into one turn.
    private static func turns(_ messages: [Message]) -> [JSONValue] {
        var turns: [(role: String, blocks: [JSONValue])] = []
        for message in messages {
            let role = message.role == .assistant ? "assistant" : "user"
            if turns.last?.role == role {
                turns[turns.count - 1].blocks += Self.blocks(message)
            } else {
                turns.append((role, Self.blocks(message)))
            }
        }
        return turns.map { ["role": .string($0.role), "content": .array($0.blocks)] }
    }

    private static func blocks(_ message: Message) -> [JSONValue] {
        let content = message.content.compactMap(Self.block)
        if message.role == .tool {
            return [
                [
                    "type": "tool_result", "tool_use_id": .string(message.toolCallID ?? ""),
                    "content": .array(content),
                ]
            ]
        }
        return content
            + message.toolCalls.map {
                ["type": "tool_use", "id": .string($0.id), "name": .string($0.name), "input": $0.arguments]
            }
    }

    /// A part of a message; recordings were refused before.
    private static func block(_ part: ContentPart) -> JSONValue? {
        switch part {
        case .text(let text):
            guard !text.isEmpty else { return .none }
            return ["type": "text", "text": .string(text)]
        case .image(let source):
            guard let held = source.base64 else {
                return ["type": "image", "source": ["type": "url", "url": .string(source.url)]]
            }
            return [
                "type": "image",
                "source": ["type": "base64", "media_type": .string(held.mediaType), "data": .string(held.base64)],
            ]
        case .audio: return .none
        }
    }

    private static func write(tools request: GenerationRequest, into writer: inout JSONWriter) {
        writer.member(
            "tools",
            .array(
                request.tools.map {
                    [
                        "name": .string($0.name), "description": .string($0.description),
                        "input_schema": $0.toldParameters,
                    ]
                }))
        var choice: OrderedDictionary<String, JSONValue> =
            switch request.toolChoice {
            case .auto, .none: ["type": "auto"]
            case .required: ["type": "any"]
            case .named(let name): ["type": "tool", "name": .string(name)]
            }
        if let isParallel = request.parallelToolCalls { choice["disable_parallel_tool_use"] = .bool(!isParallel) }
        guard choice != ["type": "auto"] else { return }
        writer.member("tool_choice", .object(choice))
    }
}
