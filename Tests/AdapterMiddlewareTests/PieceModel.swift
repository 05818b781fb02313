// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Synchronization

/// A model whose answers come in given pieces, and which counts the streams that nobody has ended yet.
final class PieceModel: ModelAdapter {
    enum Answer {
        /// These pieces, and the end.
        case whole([String])
        /// These pieces, and nothing more until whoever reads goes away.
        case stuck([String] = [])
        /// These pieces and these events, and the end.
        case events([GenerationEvent])
    }

    private struct State {
        var answers: ArraySlice<Answer>
        var started = 0
        var open = 0
        var timeLimits: [Duration?] = []
    }

    let name: String
    let capabilities: ModelCapabilities
    private let state: Mutex<State>

    init(_ answers: Answer..., name: String = "pieces", capabilities: ModelCapabilities = .chat) {
        self.name = name
        self.capabilities = capabilities
        self.state = Mutex(State(answers: answers[...]))
    }

    /// How many answers were begun.
    var started: Int { self.state.withLock { $0.started } }
    /// How many of their streams are neither ended nor dropped.
    var open: Int { self.state.withLock { $0.open } }
    /// What each request said of its time.
    var timeLimits: [Duration?] { self.state.withLock { $0.timeLimits } }

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        let answer = self.state.withLock { state in
            state.started += 1
            state.open += 1
            state.timeLimits.append(request.scheduling.timeLimit)
            return state.answers.popFirst()
        }
        let (stream, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        continuation.onTermination = { _ in
            withExtendedLifetime(continuation) { self.state.withLock { $0.open -= 1 } }
        }
        switch answer {
        case .whole(let pieces)?:
            for piece in pieces { continuation.yield(.text(TextDelta(text: piece))) }
            let usage = TokenUsage(promptTokens: 10, completionTokens: pieces.count)
            continuation.yield(.finished(GenerationSummary(finishReason: .stop, usage: usage)))
            continuation.finish()
        case .stuck(let pieces)?: for piece in pieces { continuation.yield(.text(TextDelta(text: piece))) }
        case .events(let events)?:
            for event in events { continuation.yield(event) }
            continuation.finish()
        case nil: continuation.finish(throwing: LLMError(.invalidRequest, "There are no more answers."))
        }
        return GenerationStream(stream)
    }
}
