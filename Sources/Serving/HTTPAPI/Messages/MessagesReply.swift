// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Writes replies of Anthropic's Messages.
package struct MessagesReply: Sendable {
    /// The reply's identifier.
    package var id: String
    /// The model's name as the client wrote it.
    package var model: String

    /// Names a reply.
    package init(id: String, model: String) {
        self.id = id
        self.model = model
    }

    /// Writes a whole answer.
    package func write(_ answer: GenerationResponse, to writer: inout JSONWriter) {
        self.write(AnswerBlocks(answer).all, answer.summary, to: &writer)
    }

    /// Writes the message, or what is known of it at its beginning.
    func write(_ blocks: [AnswerBlock], _ summary: GenerationSummary?, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", self.id)
            writer.member("type", "message")
            writer.member("role", Role.assistant.rawValue)
            writer.member("model", self.model)
            writer.key("content")
            writer.array { writer in for block in blocks { block.write(to: &writer) } }
            writer.member("stop_reason", summary.map { .string($0.finishReason.anthropicName) } ?? .null)
            writer.member("stop_sequence", .null)
            let none = TokenUsage(promptTokens: 0, completionTokens: 0)
            writer.member("usage", (summary?.usage ?? none).anthropic)
        }
    }
}

extension AnswerBlock {
    /// Writes the block; at its beginning it is empty.
    func write(to writer: inout JSONWriter, isDone: Bool = true) {
        writer.object { writer in
            switch self.kind {
            case .reasoning:
                writer.member("type", "thinking")
                writer.member("thinking", isDone ? self.text : "")
                writer.member("signature", "")
            case .text:
                writer.member("type", "text")
                writer.member("text", isDone ? self.text : "")
            case .call(let call):
                writer.member("type", "tool_use")
                writer.member("id", call.id)
                writer.member("name", call.name)
                writer.member("input", isDone ? call.arguments : [:])
            }
        }
    }
}

extension FinishReason {
    /// Anthropic's `stop_reason`.
    ///
    /// That a stop sequence was met is told by no backend, so it is the end of the turn.
    var anthropicName: String {
        switch self {
        case .stop: "end_turn"
        case .length: "max_tokens"
        case .toolCalls: "tool_use"
        case .contentFilter: "refusal"
        }
    }
}

extension TokenUsage {
    /// The counts as Anthropic has them: tokens from a cache are counted apart.
    var anthropic: JSONValue {
        [
            "input_tokens": .integer(max(0, self.promptTokens - self.cachedPromptTokens)),
            "cache_creation_input_tokens": 0, "cache_read_input_tokens": .integer(self.cachedPromptTokens),
            "output_tokens": .integer(self.completionTokens),
        ]
    }
}
