// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Writes a request as Ollama has it.
struct OllamaRequest {
    let model: String

    private static let samplingFields: SamplingFields = [
        .temperature: "temperature", .topP: "top_p", .topK: "top_k", .minP: "min_p", .typicalP: "typical_p",
        .repetitionPenalty: "repeat_penalty", .presencePenalty: "presence_penalty",
        .frequencyPenalty: "frequency_penalty", .penaltyWindow: "repeat_last_n", .seed: "seed",
    ]

    /// What follows the base URL.
    func path(_ prompt: GenerationPrompt) -> String {
        if case .raw = prompt { "/api/generate" } else { "/api/chat" }
    }

    /// The body.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for what the protocol lacks.
    func body(_ request: GenerationRequest) throws -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        try writer.object { writer in
            writer.member("model", self.model)
            switch request.prompt {
            case .raw(let text):
                writer.member("prompt", text)
                writer.member("raw", true)
            case .messages(let messages):
                let names = Self.toolNames(messages)
                writer.member("messages", .array(try messages.map { try self.turn($0, toolNames: names) }))
            }
            writer.member("stream", request.isStreamed)
            if case .jsonSchema(let schema)? = request.constraint?.form { writer.member("format", schema) }
            if let count = request.topLogProbabilities {
                writer.member("logprobs", true)
                writer.member("top_logprobs", count)
            }
            writer.key("options")
            try self.write(options: request, into: &writer)
            guard request.offersTools else { return }
            guard request.toolChoice == .auto else {
                throw LLMError(.unsupported, "Ollama cannot be told to call a tool; leave the choice to the model.")
            }
            writer.chatTools(request)
        }
        return writer.bytes
    }

    private func write(options request: GenerationRequest, into writer: inout JSONWriter) throws {
        try writer.object { writer in
            try writer.members(request.sampling, as: Self.samplingFields, model: self.model)
            if let limit = request.maxTokens { writer.member("num_predict", limit) }
            if !request.stop.isEmpty { writer.member("stop", .array(request.stop.map { .string($0) })) }
        }
    }

    private func turn(_ message: Message, toolNames: [String: String]) throws -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "role": .string(message.role.rawValue), "content": .string(message.text),
        ]
        var images: [JSONValue] = []
        for case .image(let source) in message.content {
            guard let data = source.base64?.base64 else {
                throw LLMError(.unsupported, "Ollama takes images as bytes, not by URL; fetch it first.")
            }
            images.append(.string(data))
        }
        if !images.isEmpty { members["images"] = .array(images) }
        if !message.toolCalls.isEmpty {
            members["tool_calls"] = .array(
                message.toolCalls.map { ["function": ["name": .string($0.name), "arguments": $0.arguments]] })
        }
        if let name = message.toolCallID.flatMap({ toolNames[$0] }) { members["tool_name"] = .string(name) }
        return .object(members)
    }

    /// The functions by their calls: Ollama matches results by name.
    private static func toolNames(_ messages: [Message]) -> [String: String] {
        Dictionary(messages.flatMap(\.toolCalls).map { ($0.id, $0.name) }) { _, last in last }
    }
}
