// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// A request for Anthropic's Messages, read.
package struct MessagesRequest: Sendable {
    /// What the model is asked.
    package var generation: GenerationRequest
    /// Whether the answer is streamed.
    package var streams: Bool

    /// Reads the options and turns.
    ///
    /// - Parameters:
    ///   - fields: The request.
    ///   - sampling: How the model's makers recommend to sample; what the request does not say stays as it is there.
    /// - Throws: ``APIError`` that names the member that is wrong.
    package init(_ fields: RequestFields, sampling: SamplingOptions) throws {
        self.streams = try fields.bool("stream") ?? false
        let limit = try fields.required("max_tokens", try fields.integer("max_tokens", in: 1 ... .max))
        let tools = try fields.objects("tools")?.map { try ToolDefinition(tool: $0) } ?? []
        self.generation = GenerationRequest(
            prompt: try Self.prompt(fields), sampling: try SamplingOptions(fields, defaults: sampling),
            maxTokens: limit, stop: try fields.stops("stop_sequences"), tools: tools)
        if let choice = try fields.object("tool_choice") {
            self.generation.toolChoice = try Self.choice(choice, among: tools)
            self.generation.parallelToolCalls = try choice.bool("disable_parallel_tool_use").map { !$0 }
        }
        self.generation.constraint = try fields.object("output_config")?.object("format").flatMap {
            try OutputConstraint(format: $0, isFlat: true)
        }
        self.generation.isStreamed = self.streams
        self.generation.scheduling.client = try fields.object("metadata")?.string("user_id") ?? ""
    }

    /// The conversation alone, as it is counted.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    package static func prompt(_ fields: RequestFields) throws -> GenerationPrompt {
        var messages: [Message] = []
        if let system = try fields.content("system", { try ContentPart(block: $0, known: ["text"]) }) {
            messages.append(.system(system.compactMap(\.text).joined(separator: "\n\n")))
        }
        let turns = try fields.required("messages", try fields.objects("messages"))
        guard !turns.isEmpty else {
            throw APIError.invalid("messages", "'messages' is empty; it must have one or more.")
        }
        for turn in turns { try messages.append(turn: turn) }
        return .messages(messages)
    }

    private static func choice(_ choice: RequestFields, among tools: [ToolDefinition]) throws -> ToolChoice {
        let type = try choice.required("type", try choice.string("type"))
        switch type {
        case "auto": return .auto
        case "none": return .none
        case "any": return try .anyTool(of: tools)
        case "tool": return try .tool(namedBy: choice, among: tools)
        default: throw choice.unknown("type", type, known: ["auto", "any", "tool", "none"])
        }
    }
}

extension ToolDefinition {
    /// Reads a tool of the client's; those that Anthropic runs itself are not here.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    fileprivate init(tool: RequestFields) throws {
        let type = try tool.string("type") ?? "custom"
        guard type == "custom" else { throw tool.unknown("type", type, known: ["custom"]) }
        try self.init(function: tool, schema: "input_schema")
    }
}
