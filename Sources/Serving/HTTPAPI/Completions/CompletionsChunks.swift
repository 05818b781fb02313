// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Writes the events of OpenAI's older completions.
package struct CompletionsChunks: ReplyChunks {
    package static let mediaType = ServerSentEvent.mediaType

    private struct Choice: Sendable {
        /// What the answer begins with, until that was sent.
        var opening: String
        /// How many characters of the answer were sent.
        var offset = 0
        var usage: TokenUsage?
    }

    private let reply: CompletionsReply
    private let events: ChoiceEvents
    private var choices: [Choice]

    /// Begins a reply.
    package init(_ reply: CompletionsReply, includesUsage: Bool) {
        self.reply = reply
        self.events = ChoiceEvents(reply.head, object: CompletionsReply.object, includesUsage: includesUsage)
        self.choices = reply.openings.map { Choice(opening: $0) }
    }

    package mutating func bytes(for event: GenerationEvent, of index: Int) -> [UInt8] {
        switch event {
        case .text(var delta):
            if self.reply.head.topLogProbabilities == nil { delta.tokens = [] }
            guard !delta.text.isEmpty || !delta.tokens.isEmpty else { return [] }
            return self.chunk(index, delta)
        // No tools were offered.
        case .toolCall: return []
        case .finished(let summary):
            self.choices[index].usage = summary.usage
            return self.chunk(index, TextDelta(text: ""), reason: summary.finishReason)
        }
    }

    package var isComplete: Bool { self.choices.allSatisfy { $0.usage != nil } }

    package func end() -> [UInt8] {
        self.events.end(self.choices.compactMap(\.usage).total(completions: self.reply.completions))
    }

    package func failure(_ error: APIError) -> [UInt8] { ChoiceEvents.failure(error) }

    private mutating func chunk(_ index: Int, _ delta: TextDelta, reason: FinishReason? = nil) -> [UInt8] {
        var writer = JSONWriter(capacity: 192)
        let choice = self.choices[index]
        self.reply.write(index, delta, opening: choice.opening, offset: choice.offset, reason: reason, to: &writer)
        self.choices[index].opening = ""
        self.choices[index].offset += delta.text.unicodeScalars.count
        return self.events.event(writer)
    }
}
