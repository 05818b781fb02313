// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Writes a request as OpenAI's Responses have it.
struct ResponsesRequest {
    let model: String

    private static let samplingFields: SamplingFields = [.temperature: "temperature", .topP: "top_p"]

    /// The body.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for what the protocol lacks.
    func body(_ request: GenerationRequest) throws -> [UInt8] {
        guard case .messages(let messages) = request.prompt else { return [] }
        guard request.stop.isEmpty else {
            throw LLMError(
                .unsupported, "OpenAI's Responses have no stop strings; use its Chat Completions, or leave them out.")
        }
        var writer = JSONWriter(capacity: 1024)
        try writer.object { writer in
            writer.member("model", self.model)
            writer.member("input", .array(messages.flatMap(Self.items)))
            writer.member("store", false)
            if let limit = request.maxTokens { writer.member("max_output_tokens", limit) }
            try writer.members(request.sampling, as: Self.samplingFields, model: self.model)
            if let count = request.topLogProbabilities {
                writer.member("include", ["message.output_text.logprobs"])
                writer.member("top_logprobs", count)
            }
            if request.offersTools { Self.write(tools: request, into: &writer) }
            if case .jsonSchema(let schema)? = request.constraint?.form {
                let format: JSONValue = [
                    "type": "json_schema", "name": "answer", "strict": .bool(schema.isStrictSchema), "schema": schema,
                ]
                writer.member("text", ["format": format])
            }
            // Said both ways: some servers of this protocol stream unless they are told not to.
            writer.member("stream", request.isStreamed)
        }
        return writer.bytes
    }

    /// A turn is a message, its calls, or the result of one.
    private static func items(_ message: Message) -> [JSONValue] {
        if message.role == .tool {
            return [
                [
                    "type": "function_call_output", "call_id": .string(message.toolCallID ?? ""),
                    "output": .string(message.text),
                ]
            ]
        }
        var items: [JSONValue] = []
        let parts = message.content.compactMap { Self.part($0, isAnswer: message.role == .assistant) }
        if !parts.isEmpty {
            items.append(["type": "message", "role": .string(message.role.rawValue), "content": .array(parts)])
        }
        return items
            + message.toolCalls.map {
                [
                    "type": "function_call", "call_id": .string($0.id), "name": .string($0.name),
                    "arguments": .string($0.arguments.serialized()),
                ]
            }
    }

    /// A part of a message; recordings were refused before.
    private static func part(_ part: ContentPart, isAnswer: Bool) -> JSONValue? {
        switch part {
        case .text(let text): ["type": isAnswer ? "output_text" : "input_text", "text": .string(text)]
        case .image(let source): ["type": "input_image", "image_url": .string(source.url)]
        case .audio: .none
        }
    }

    private static func write(tools request: GenerationRequest, into writer: inout JSONWriter) {
        writer.member(
            "tools",
            .array(
                request.tools.map {
                    [
                        "type": "function", "name": .string($0.name), "description": .string($0.description),
                        "parameters": $0.toldParameters, "strict": false,
                    ]
                }))
        if let isParallel = request.parallelToolCalls { writer.member("parallel_tool_calls", .bool(isParallel)) }
        switch request.toolChoice {
        case .auto, .none: break
        case .required: writer.member("tool_choice", "required")
        case .named(let name): writer.member("tool_choice", ["type": "function", "name": .string(name)])
        }
    }
}
