// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import LLMCore
internal import Synchronization

/// How a generation went.
struct GenerationOutcome: Sendable {
    /// How it ended.
    var ending: StreamEnding
    /// From the request to the end.
    var duration: Duration
    /// From the request to the first piece of the answer; nil where none came.
    var timeToFirstChunk: Duration?
    /// The tokens of the answer, as the backend counts them; where it does not, the pieces.
    var tokens: Int
    /// What came; empty unless it is to be kept.
    var answer = GenerationResponse()

    /// What `error.type` says; nil where nothing failed.
    var errorType: String? {
        switch self.ending {
        case .complete: nil
        case .failed(let error): ErrorType.name(of: error)
        case .dropped: ErrorType.cancelled
        }
    }
}

/// Measures one generation while its stream is read.
final class GenerationWatch: Sendable {
    private struct State {
        var first: Duration?
        var last: Duration
        var pieces = 0
        var answer = GenerationResponse()
    }

    private let time: Timekeeper
    private let start: Duration
    private let keepsAnswer: Bool
    private let state: Mutex<State>

    /// Begins to measure.
    ///
    /// - Parameter keepsAnswer: Whether the outcome has what came.
    init(_ time: Timekeeper, keepsAnswer: Bool = false) {
        self.time = time
        self.start = time.now
        self.keepsAnswer = keepsAnswer
        self.state = Mutex(State(last: self.start))
    }

    /// Sees a piece of the answer.
    ///
    /// - Returns: Whether it is the first piece, and how long it took since the request or the piece before; nil for an
    ///   event that is no piece.
    func see(_ event: GenerationEvent) -> (isFirst: Bool, time: Duration)? {
        if case .finished = event { return nil }
        let now = self.time.now
        return self.state.withLock { state in
            if self.keepsAnswer { state.answer.add(event) }
            if case .text(let delta) = event { state.pieces += max(1, delta.tokens.count) }
            defer { state.last = now }
            guard state.first == nil else { return (false, now - state.last) }
            state.first = now
            return (true, now - self.start)
        }
    }

    /// Sums up.
    func outcome(_ ending: StreamEnding) -> GenerationOutcome {
        let duration = self.time.now - self.start
        return self.state.withLock { state in
            var tokens = state.pieces
            if case .complete(let summary) = ending, summary.usage.completionTokens > 0 {
                tokens = summary.usage.completionTokens
            }
            return GenerationOutcome(
                ending: ending, duration: duration, timeToFirstChunk: state.first.map { $0 - self.start },
                tokens: tokens, answer: state.answer)
        }
    }
}

extension GenerationResponse {
    /// Takes a piece in.
    fileprivate mutating func add(_ event: GenerationEvent) {
        switch event {
        case .text(let delta):
            self.text += delta.text
            self.reasoning += delta.reasoning
        case .toolCall(let call): self.toolCalls.append(call)
        case .finished: break
        }
    }
}
