// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import OrderedCollections

/// A request for OpenAI's Responses, read.
package struct ResponsesRequest: Sendable {
    /// What the model is asked.
    package var generation: GenerationRequest
    /// Whether the answer is streamed.
    package var streams: Bool
    /// The members that the reply repeats.
    package var repeated: JSONValue

    /// Reads the options and items.
    ///
    /// - Parameters:
    ///   - fields: The request.
    ///   - sampling: How the model's makers recommend to sample; what the request does not say stays as it is there.
    /// - Throws: ``APIError`` that names the member that is wrong.
    package init(_ fields: RequestFields, sampling: SamplingOptions) throws {
        try Self.refuseState(fields)
        self.streams = try fields.bool("stream") ?? false
        var messages = try fields.string("instructions").map { [Message.system($0)] } ?? []
        messages += try Self.input(fields)
        let tools = try fields.objects("tools")?.map { try ToolDefinition(function: try $0.checkedFunction()) } ?? []
        self.generation = GenerationRequest(
            prompt: .messages(messages),
            sampling: try SamplingOptions(fields, defaults: sampling),
            maxTokens: try fields.integer("max_output_tokens", in: 1 ... .max),
            topLogProbabilities: try Self.topLogProbabilities(fields), tools: tools)
        if let choice = try ToolChoice(fields, tools: tools, isFlat: true) { self.generation.toolChoice = choice }
        self.generation.constraint = try fields.object("text")?.object("format").flatMap {
            try OutputConstraint(format: $0, isFlat: true)
        }
        self.generation.isStreamed = self.streams
        self.generation.tags = try fields.tags()
        self.generation.scheduling.client = try fields.string("user") ?? ""
        self.generation.parallelToolCalls = try fields.bool("parallel_tool_calls")
        self.repeated = Self.repeated(fields)
    }

    /// Refuses what would need answers to be kept: nothing is, and a reply says so (`"store": false`).
    private static func refuseState(_ fields: RequestFields) throws {
        if let id = try fields.string("previous_response_id") {
            throw APIError.invalid(
                "previous_response_id",
                "Previous response with id '\(id)' not found: this server keeps none. Send the whole conversation.",
                code: "previous_response_not_found")
        }
        try fields.refuse("conversation", "This server keeps no conversations; send the whole conversation.")
        try fields.refuse("prompt", "This server keeps no prompts; send the text.")
        try fields.refuse("background", "This server answers at once; leave out 'background'.")
    }

    private static func input(_ fields: RequestFields) throws -> [Message] {
        let input = try fields.required("input", fields.value("input"))
        if case .string(let text) = input { return [.user(text)] }
        guard case .array = input else {
            throw APIError.wrongType("input", "a string or an array of items", input)
        }
        let messages = try [Message](items: try fields.objects("input") ?? [])
        guard !messages.isEmpty else { throw APIError.invalid("input", "'input' has nothing to answer.") }
        return messages
    }

    private static func topLogProbabilities(_ fields: RequestFields) throws -> Int? {
        let top = try fields.integer("top_logprobs", in: 0...20) ?? 0
        return try fields.texts("include")?.contains("message.output_text.logprobs") == true ? top : nil
    }

    private static func repeated(_ fields: RequestFields) -> JSONValue {
        let usual: OrderedDictionary<String, JSONValue> = [
            "instructions": nil, "max_output_tokens": nil, "metadata": [:], "parallel_tool_calls": true,
            "reasoning": ["effort": nil, "summary": nil], "temperature": nil, "text": ["format": ["type": "text"]],
            "tool_choice": "auto", "tools": [], "top_logprobs": 0, "top_p": nil, "user": nil,
        ]
        var members = usual
        for name in usual.keys { if let value = fields.value(name) { members[name] = value } }
        return .object(members)
    }
}
