// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Writes a request as OpenAI's Chat Completions, or Completions for raw prompts, have it.
struct ChatRequest {
    let model: String
    let dialect: OpenAIDialect

    /// What follows the base URL.
    static func path(_ prompt: GenerationPrompt) -> String {
        if case .raw = prompt { "/completions" } else { "/chat/completions" }
    }

    /// The body.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for what the server has nothing for.
    func body(_ request: GenerationRequest) throws -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        try writer.object { writer in
            writer.member("model", request.adapter ?? self.model)
            try self.write(request.prompt, topLogProbabilities: request.topLogProbabilities, into: &writer)
            try writer.members(request.sampling, as: self.dialect.samplingFields, model: self.model)
            if let limit = request.maxTokens { writer.member(self.tokenLimitName(request.prompt), limit) }
            if !request.stop.isEmpty {
                writer.key("stop")
                writer.array { writer in for stop in request.stop { writer.string(stop) } }
            }
            writer.chatTools(request)
            if let constraint = request.constraint { try self.write(constraint, into: &writer) }
            guard request.isStreamed else { return }
            writer.member("stream", true)
            if self.dialect.countsStreamedTokens { writer.member("stream_options", ["include_usage": true]) }
        }
        return writer.bytes
    }

    private func tokenLimitName(_ prompt: GenerationPrompt) -> String {
        if case .raw = prompt { "max_tokens" } else { self.dialect.tokenLimitName }
    }

    private func write(
        _ prompt: GenerationPrompt, topLogProbabilities: Int?, into writer: inout JSONWriter
    ) throws {
        switch prompt {
        case .messages(let messages):
            writer.key("messages")
            try writer.chatMessages(messages)
            guard let topLogProbabilities else { return }
            writer.member("logprobs", true)
            writer.member("top_logprobs", topLogProbabilities)
        case .raw(let text):
            writer.member("prompt", text)
            if let topLogProbabilities { writer.member("logprobs", topLogProbabilities) }
        }
    }

    private func write(_ constraint: OutputConstraint, into writer: inout JSONWriter) throws {
        switch (self.dialect.constraintStyle, constraint.form) {
        case (.structuredOutputs, let form):
            let (name, value) = Self.guide(form)
            writer.member("structured_outputs", .object([name: value]))
        case (.guidedDecoding, let form):
            let (name, value) = Self.guide(form)
            writer.member("guided_\(name)", value)
        case (_, .jsonSchema(let schema)):
            writer.member(
                "response_format",
                [
                    "type": "json_schema",
                    "json_schema": ["name": "answer", "strict": .bool(schema.isStrictSchema), "schema": schema],
                ])
        default:
            throw LLMError(.unsupported, "The backend of '\(self.model)' has nothing for this form of constraint.")
        }
    }

    /// vLLM's name for a constraint, and how it is written there.
    private static func guide(_ form: OutputConstraint.Form) -> (String, JSONValue) {
        switch form {
        case .jsonSchema(let schema): ("json", schema)
        case .regularExpression(let pattern): ("regex", .string(pattern))
        case .choices(let choices): ("choice", .array(choices.map { .string($0) }))
        case .grammar(let grammar): ("grammar", .string(grammar))
        }
    }
}
