// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// What all parts of one reply say of it.
package struct ChatReply: Sendable {
    /// The reply's identifier.
    package var id: String
    /// When it began, in seconds since 1970.
    package var created: Int
    /// The model's name as the client wrote it.
    package var model: String
    /// How many alternatives a token's log-probability comes with; nil leaves log-probabilities out.
    package var topLogProbabilities: Int?

    /// Names a reply.
    package init(id: String, created: Int, model: String, topLogProbabilities: Int? = nil) {
        self.id = id
        self.created = created
        self.model = model
        self.topLogProbabilities = topLogProbabilities
    }

    /// Writes whole answers as a `chat.completion`.
    package func write(_ answers: [GenerationResponse], to writer: inout JSONWriter) {
        writer.object { writer in
            self.writeHead(of: "chat.completion", to: &writer)
            writer.key("choices")
            writer.array { writer in
                for (index, answer) in answers.enumerated() { self.write(answer, index, to: &writer) }
            }
            writer.key("usage")
            answers.map(\.summary.usage).total.write(to: &writer)
        }
    }

    /// Writes the members that all parts have.
    func writeHead(of object: String, to writer: inout JSONWriter) {
        writer.member("id", self.id)
        writer.member("object", object)
        writer.member("created", self.created)
        writer.member("model", self.model)
    }

    private func write(_ answer: GenerationResponse, _ index: Int, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("index", index)
            writer.key("message")
            writer.object { $0.writeMessage(answer) }
            writer.key("logprobs")
            self.writeLogProbabilities(answer.tokens, text: answer.text, to: &writer)
            writer.member("finish_reason", answer.summary.finishReason.rawValue)
        }
    }
}

extension JSONWriter {
    /// Writes the members of the assistant's message.
    fileprivate mutating func writeMessage(_ answer: GenerationResponse) {
        self.member("role", Role.assistant.rawValue)
        self.member("content", answer.text.isEmpty && !answer.toolCalls.isEmpty ? .null : .string(answer.text))
        self.member("refusal", .null)
        if !answer.reasoning.isEmpty { self.member("reasoning_content", answer.reasoning) }
        guard !answer.toolCalls.isEmpty else { return }
        self.key("tool_calls")
        self.array { writer in
            for call in answer.toolCalls { writer.object { call.writeMembers(to: &$0) } }
        }
    }
}

extension ToolCall {
    /// Writes the call's members.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("id", self.id)
        writer.member("type", "function")
        writer.key("function")
        writer.object { writer in
            writer.member("name", self.name)
            writer.member("arguments", self.arguments.serialized())
        }
    }
}

extension [TokenUsage] {
    /// What answers to one prompt took together; the prompt counts once.
    var total: TokenUsage {
        TokenUsage(
            promptTokens: self.map(\.promptTokens).max() ?? 0,
            completionTokens: self.map(\.completionTokens).reduce(0, +),
            cachedPromptTokens: self.map(\.cachedPromptTokens).max() ?? 0)
    }

    /// What answers to several prompts took together, so many to each.
    func total(completions: Int) -> TokenUsage {
        stride(from: 0, to: self.count, by: completions).reduce(
            into: TokenUsage(promptTokens: 0, completionTokens: 0)
        ) { sum, start in
            sum.add(Array(self[start..<Swift.min(start + completions, self.count)]).total)
        }
    }
}

extension TokenUsage {
    /// Writes the counts.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("prompt_tokens", self.promptTokens)
            writer.member("completion_tokens", self.completionTokens)
            writer.member("total_tokens", self.totalTokens)
            writer.key("prompt_tokens_details")
            writer.object { $0.member("cached_tokens", self.cachedPromptTokens) }
        }
    }
}
