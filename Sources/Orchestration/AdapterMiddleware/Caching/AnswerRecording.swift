// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

/// Collects the events of a stream while somebody reads it, as long as the answer is small enough to keep.
final class AnswerRecording: Sendable {
    private static let largestAnswer = 1 << 20

    private let answer = Mutex<GenerationResponse?>(GenerationResponse())

    /// Notes an event.
    ///
    /// - Returns: The whole answer, once it is complete and worth keeping.
    func add(_ event: GenerationEvent) -> GenerationResponse? {
        self.answer.withLock { answer in
            switch event {
            case .text(let delta):
                answer?.text += delta.text
                answer?.tokens += delta.tokens
                answer?.reasoning += delta.reasoning
                let length = (answer?.text.utf8.count ?? 0) + (answer?.reasoning.utf8.count ?? 0)
                if length > Self.largestAnswer { answer = nil }
            case .toolCall(let call): answer?.toolCalls.append(call)
            case .finished(let summary):
                answer?.summary = summary
                // The times are those of this once.
                answer?.summary.timings = nil
                return summary.finishReason == .contentFilter ? nil : answer.take()
            }
            return nil
        }
    }
}

extension GenerationResponse {
    /// The answer as a stream.
    func replayed() -> GenerationStream {
        var events: [GenerationEvent] = []
        if !self.text.isEmpty || !self.tokens.isEmpty || !self.reasoning.isEmpty {
            events.append(.text(TextDelta(text: self.text, tokens: self.tokens, reasoning: self.reasoning)))
        }
        events += self.toolCalls.map { .toolCall($0) }
        events.append(.finished(self.summary))
        let (stream, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        for event in events { continuation.yield(event) }
        continuation.finish()
        return GenerationStream(stream)
    }
}
