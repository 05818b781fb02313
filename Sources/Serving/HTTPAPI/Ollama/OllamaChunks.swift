// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Writes the lines of a streamed answer in Ollama's protocol.
package struct OllamaChunks: ReplyChunks {
    package static let mediaType = "application/x-ndjson"

    private let reply: OllamaReply
    private var first: Duration?
    private var summary: GenerationSummary?

    /// Begins a reply.
    package init(_ reply: OllamaReply) { self.reply = reply }

    package mutating func bytes(for event: GenerationEvent, of index: Int) -> [UInt8] {
        if self.first == nil { self.first = self.reply.elapsed }
        switch event {
        case .text(var delta):
            if self.reply.topLogProbabilities == nil { delta.tokens = [] }
            guard !delta.text.isEmpty || !delta.tokens.isEmpty || !delta.reasoning.isEmpty else { return [] }
            return self.line { self.reply.write(delta, to: &$0) }
        case .toolCall(let call): return self.line { self.reply.write(TextDelta(text: ""), [call], to: &$0) }
        case .finished(let summary):
            self.summary = summary
            return []
        }
    }

    package var isComplete: Bool { self.summary != nil }

    package func end() -> [UInt8] {
        guard let summary else { return [] }
        return self.line { self.reply.write(summary, first: self.first, to: &$0) }
    }

    package func failure(_ error: APIError) -> [UInt8] { self.line { ErrorForm.ollama.write(error, to: &$0) } }

    private func line(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 192)
        write(&writer)
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}
