// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// A request for chat completions, read.
package struct ChatRequest: Sendable {
    /// The model's name as the client wrote it.
    package var model: String
    /// What the model is asked.
    package var generation: GenerationRequest
    /// How many answers.
    package var completions: Int
    /// Whether the answer is streamed.
    package var streams: Bool
    /// Whether a stream ends with the count of tokens.
    package var includesUsage: Bool

    /// Reads the options and messages.
    ///
    /// - Parameters:
    ///   - fields: The request.
    ///   - model: The model's name.
    ///   - sampling: How the model's makers recommend to sample; what the request does not say stays as it is there.
    /// - Throws: ``APIError`` that names the member that is wrong.
    package init(_ fields: RequestFields, model: String, sampling: SamplingOptions) throws {
        self.model = model
        self.streams = try fields.bool("stream") ?? false
        self.includesUsage = try fields.object("stream_options")?.bool("include_usage") ?? false
        self.completions = try fields.integer("n", in: 1...128) ?? 1
        let messages = try fields.required("messages", try fields.objects("messages"))
        guard !messages.isEmpty else {
            throw APIError.invalid("messages", "'messages' is empty; it must have one or more.")
        }
        self.generation = GenerationRequest(
            prompt: .messages(try messages.map(Message.init)),
            sampling: try SamplingOptions(fields, defaults: sampling),
            maxTokens: try Self.maxTokens(fields), stop: try fields.stops(),
            topLogProbabilities: try fields.topLogProbabilities(), tools: try ToolDefinition.all(in: fields))
        if let choice = try ToolChoice(fields, tools: self.generation.tools) { self.generation.toolChoice = choice }
        self.generation.constraint = try fields.object("response_format").flatMap { try OutputConstraint(format: $0) }
        self.generation.isStreamed = self.streams
        self.generation.tags = try fields.tags()
        self.generation.scheduling.client = try fields.string("user") ?? ""
        self.generation.parallelToolCalls = try fields.bool("parallel_tool_calls")
    }

    private static func maxTokens(_ fields: RequestFields) throws -> Int? {
        let old = try fields.integer("max_tokens", in: 1 ... .max)
        return try fields.integer("max_completion_tokens", in: 1 ... .max) ?? old
    }
}
