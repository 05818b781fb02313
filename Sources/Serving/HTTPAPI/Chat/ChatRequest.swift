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
            maxTokens: try Self.maxTokens(fields), stop: try Self.stop(fields),
            topLogProbabilities: try Self.topLogProbabilities(fields), tools: try ToolDefinition.all(in: fields))
        if let choice = try ToolChoice(fields, tools: self.generation.tools) { self.generation.toolChoice = choice }
        self.generation.constraint = try OutputConstraint(fields)
        self.generation.isStreamed = self.streams
        self.generation.tags = try fields.object("metadata").map(Self.tags) ?? []
        self.generation.scheduling.client = try fields.string("user") ?? ""
        self.generation.parallelToolCalls = try fields.bool("parallel_tool_calls")
    }

    /// What the request is for, as accounts have it.
    private static func tags(_ metadata: RequestFields) throws -> [String] {
        try metadata.names.compactMap { name in try metadata.string(name).map { "\(name)=\($0)" } }
    }

    private static func maxTokens(_ fields: RequestFields) throws -> Int? {
        let old = try fields.integer("max_tokens", in: 1 ... .max)
        return try fields.integer("max_completion_tokens", in: 1 ... .max) ?? old
    }

    private static func stop(_ fields: RequestFields) throws -> [String] {
        guard let value = fields.value("stop") else { return [] }
        let texts = value.arrayValue ?? [value]
        return try texts.map { text in
            guard case .string(let text) = text else {
                throw APIError.wrongType("stop", "a string or an array of strings", text)
            }
            guard !text.isEmpty else {
                throw APIError.invalid("stop", "'stop' has an empty text, which is everywhere.")
            }
            return text
        }
    }

    private static func topLogProbabilities(_ fields: RequestFields) throws -> Int? {
        let top = try fields.integer("top_logprobs", in: 0...20)
        guard try fields.bool("logprobs") ?? false else {
            guard top == nil else {
                throw APIError.invalid("top_logprobs", "'top_logprobs' needs 'logprobs' to be true.")
            }
            return nil
        }
        return top ?? 0
    }
}
