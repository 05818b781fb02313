// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Writes the named events of Anthropic's Messages.
package struct MessagesChunks: ReplyChunks {
    package static let mediaType = ServerSentEvent.mediaType

    private let reply: MessagesReply
    private var answer = AnswerBlocks()
    private var hasBegun = false
    private var summary: GenerationSummary?

    /// Begins a reply.
    package init(_ reply: MessagesReply) { self.reply = reply }

    package mutating func bytes(for event: GenerationEvent, of index: Int) -> [UInt8] {
        var bytes = self.hasBegun ? [] : self.start
        self.hasBegun = true
        for (place, step) in self.answer.steps(for: event) {
            bytes += Self.bytes(for: step, of: self.answer.all[place], place)
        }
        if case .finished(let summary) = event { self.summary = summary }
        return bytes
    }

    package var isComplete: Bool { self.summary != nil }

    package func end() -> [UInt8] {
        guard let summary else { return [] }
        let last = Self.event("message_delta") { writer in
            let reason = summary.finishReason.anthropicName
            writer.member("delta", ["stop_reason": .string(reason), "stop_sequence": nil])
            // The prompt's tokens are not known before the answer's end.
            writer.member("usage", summary.usage.anthropic)
        }
        return last + Self.event("message_stop") { _ in }
    }

    package func failure(_ error: APIError) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        ErrorForm.anthropic.write(error, to: &writer)
        return writer.event(named: "error")
    }

    private var start: [UInt8] {
        Self.event("message_start") { writer in
            writer.key("message")
            self.reply.write([], nil, to: &writer)
        }
    }

    private static func bytes(for step: AnswerBlocks.Step, of block: AnswerBlock, _ place: Int) -> [UInt8] {
        switch step {
        case .begin:
            let bytes = self.event("content_block_start", place) { writer in
                writer.key("content_block")
                block.write(to: &writer, isDone: false)
            }
            guard case .call(let call) = block.kind else { return bytes }
            return bytes + self.delta(place, "input_json_delta", "partial_json", call.arguments.serialized())
        case .more(let text, _):
            guard !text.isEmpty else { return [] }
            return block.kind == .reasoning
                ? self.delta(place, "thinking_delta", "thinking", text) : self.delta(place, "text_delta", "text", text)
        case .end: return self.event("content_block_stop", place) { _ in }
        }
    }

    private static func delta(_ place: Int, _ type: String, _ member: String, _ text: String) -> [UInt8] {
        self.event("content_block_delta", place) { writer in
            writer.key("delta")
            writer.object { writer in
                writer.member("type", type)
                writer.member(member, text)
            }
        }
    }

    private static func event(
        _ type: String, _ place: Int? = nil, _ members: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 192)
        writer.object { writer in
            writer.member("type", type)
            if let place { writer.member("index", place) }
            members(&writer)
        }
        return writer.event(named: type)
    }
}
