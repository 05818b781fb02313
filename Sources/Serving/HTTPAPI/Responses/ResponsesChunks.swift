// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Writes the named events of OpenAI's Responses.
package struct ResponsesChunks: ReplyChunks {
    package static let mediaType = ServerSentEvent.mediaType

    private let reply: ResponsesReply
    private var answer = AnswerBlocks()
    private var summary: GenerationSummary?
    /// How many events were written.
    private var count = 0

    /// Begins a reply.
    package init(_ reply: ResponsesReply) { self.reply = reply }

    package mutating func bytes(for event: GenerationEvent, of index: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        if self.count == 0 {
            bytes += self.state(.inProgress, named: "response.created")
            bytes += self.state(.inProgress, named: "response.in_progress")
        }
        for (place, step) in self.answer.steps(for: event) {
            let block = self.answer.all[place]
            switch step {
            case .begin: bytes += self.begin(block, place)
            case .more(let text, let tokens): bytes += self.more(block, place, text, tokens)
            case .end: bytes += self.end(block, place)
            }
        }
        if case .finished(let summary) = event { self.summary = summary }
        return bytes
    }

    package var isComplete: Bool { self.summary != nil }

    package mutating func end() -> [UInt8] {
        guard let summary else { return [] }
        let state = ResponsesReply.State.ended(summary)
        return self.state(state, named: "response.\(state.name)")
    }

    package mutating func failure(_ error: APIError) -> [UInt8] {
        self.state(.failed(error), named: "response.failed")
    }

    private mutating func begin(_ block: AnswerBlock, _ place: Int) -> [UInt8] {
        let reply = self.reply
        // What a block begins with comes by the events that follow.
        let bytes = self.event("response.output_item.added") { writer in
            writer.member("output_index", place)
            writer.key("item")
            reply.write(block, place, isDone: false, to: &writer)
        }
        guard case .call(let call) = block.kind else {
            return bytes
                + self.partEvent("response.content_part.added", block, place) { writer in
                    writer.key("part")
                    reply.writePart(of: AnswerBlock(kind: block.kind), to: &writer)
                }
        }
        return bytes
            + self.itemEvent("response.function_call_arguments.delta", block, place) { writer in
                writer.member("delta", call.arguments.serialized())
            }
    }

    private mutating func more(
        _ block: AnswerBlock, _ place: Int, _ text: String, _ tokens: [SampledToken]
    ) -> [UInt8] {
        let reply = self.reply
        return self.partEvent("response.\(Self.part(block)).delta", block, place) { writer in
            writer.member("delta", text)
            if block.kind == .text { reply.writeLogProbabilities(tokens, text: text, to: &writer) }
        }
    }

    private mutating func end(_ block: AnswerBlock, _ place: Int) -> [UInt8] {
        let reply = self.reply
        var bytes: [UInt8]
        if case .call(let call) = block.kind {
            bytes = self.itemEvent("response.function_call_arguments.done", block, place) { writer in
                writer.member("name", call.name)
                writer.member("arguments", call.arguments.serialized())
            }
        } else {
            bytes = self.partEvent("response.\(Self.part(block)).done", block, place) { writer in
                writer.member("text", block.text)
                if block.kind == .text { reply.writeLogProbabilities(block.tokens, text: block.text, to: &writer) }
            }
            bytes += self.partEvent("response.content_part.done", block, place) { writer in
                writer.key("part")
                reply.writePart(of: block, to: &writer)
            }
        }
        return bytes
            + self.event("response.output_item.done") { writer in
                writer.member("output_index", place)
                writer.key("item")
                reply.write(block, place, isDone: true, to: &writer)
            }
    }

    private static func part(_ block: AnswerBlock) -> String {
        block.kind == .reasoning ? "reasoning_text" : "output_text"
    }

    // MARK: Events

    private mutating func state(_ state: ResponsesReply.State, named name: String) -> [UInt8] {
        let (reply, blocks) = (self.reply, self.answer.all)
        return self.event(name) { writer in
            writer.key("response")
            reply.write(blocks, state, to: &writer)
        }
    }

    private mutating func partEvent(
        _ type: String, _ block: AnswerBlock, _ place: Int, _ members: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        self.itemEvent(type, block, place) { writer in
            writer.member("content_index", 0)
            members(&writer)
        }
    }

    private mutating func itemEvent(
        _ type: String, _ block: AnswerBlock, _ place: Int, _ members: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        let id = self.reply.itemID(block.kind, place)
        return self.event(type) { writer in
            writer.member("item_id", id)
            writer.member("output_index", place)
            members(&writer)
        }
    }

    private mutating func event(_ type: String, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        let number = self.count
        self.count += 1
        writer.object { writer in
            writer.member("type", type)
            writer.member("sequence_number", number)
            members(&writer)
        }
        return writer.event(named: type)
    }
}
