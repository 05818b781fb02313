// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Writes the events of a streamed chat completion.
package struct ChatChunks: ReplyChunks {
    package static let mediaType = ServerSentEvent.mediaType

    private struct Choice: Sendable {
        var hasBegun = false
        var toolCalls = 0
        var usage: TokenUsage?

        /// Writes who speaks, once.
        mutating func writeRole(to writer: inout JSONWriter) {
            if !self.hasBegun { writer.member("role", Role.assistant.rawValue) }
            self.hasBegun = true
        }
    }

    private let reply: ChatReply
    private let events: ChoiceEvents
    private var choices: [Choice]

    /// Begins a reply.
    ///
    /// - Parameters:
    ///   - reply: What is said of it in each event.
    ///   - completions: How many answers it has.
    ///   - includesUsage: Whether it ends with the count of tokens.
    package init(_ reply: ChatReply, completions: Int, includesUsage: Bool) {
        self.reply = reply
        self.events = ChoiceEvents(reply, object: "chat.completion.chunk", includesUsage: includesUsage)
        self.choices = Array(repeating: Choice(), count: completions)
    }

    /// The bytes that tell what an answer did; none where a client has nothing of it.
    package mutating func bytes(for event: GenerationEvent, of index: Int) -> [UInt8] {
        switch event {
        case .text(let delta):
            let tokens = self.reply.topLogProbabilities == nil ? [] : delta.tokens
            guard !delta.text.isEmpty || !tokens.isEmpty || !delta.reasoning.isEmpty else { return [] }
            return self.chunk(index, tokens: tokens, text: delta.text) { _, writer in
                if !delta.reasoning.isEmpty { writer.member("reasoning_content", delta.reasoning) }
                if !delta.text.isEmpty || delta.reasoning.isEmpty { writer.member("content", delta.text) }
            }
        case .toolCall(let call):
            return self.chunk(index) { choice, writer in
                writer.key("tool_calls")
                writer.array { writer in
                    writer.object { writer in
                        writer.member("index", choice.toolCalls)
                        call.writeMembers(to: &writer)
                    }
                }
                choice.toolCalls += 1
            }
        case .finished(let summary):
            self.choices[index].usage = summary.usage
            return self.chunk(index, finishReason: summary.finishReason) { _, _ in }
        }
    }

    /// Whether every answer has said why it ended.
    package var isComplete: Bool { self.choices.allSatisfy { $0.usage != nil } }

    /// The bytes after the last answer's end.
    package func end() -> [UInt8] { self.events.end(self.choices.compactMap(\.usage).total) }

    /// The bytes that end a reply that failed.
    package func failure(_ error: APIError) -> [UInt8] { ChoiceEvents.failure(error) }

    private mutating func chunk(
        _ index: Int, tokens: [SampledToken] = [], text: String = "", finishReason: FinishReason? = nil,
        _ delta: (inout Choice, inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 192)
        writer.object { writer in
            writer.member("index", index)
            writer.key("delta")
            writer.object { writer in
                self.choices[index].writeRole(to: &writer)
                delta(&self.choices[index], &writer)
            }
            writer.key("logprobs")
            if tokens.isEmpty {
                writer.null()
            } else {
                self.reply.writeLogProbabilities(tokens, text: text, to: &writer)
            }
            writer.member("finish_reason", finishReason.map { .string($0.rawValue) } ?? .null)
        }
        return self.events.event(writer)
    }
}
