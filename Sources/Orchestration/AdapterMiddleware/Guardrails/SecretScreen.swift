// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// Keeps API keys, tokens and private keys out of prompts, answers, or both.
///
/// It knows secrets by how they begin; what looks like any other text it cannot know.
public struct SecretScreen: ModelMiddleware {
    private let input: ScreenAction?
    private let output: ScreenAction?

    /// Makes the middleware.
    ///
    /// - Parameters:
    ///   - input: What happens to secrets in requests; nil lets them be.
    ///   - output: What happens to secrets in answers; nil lets them be.
    public init(input: ScreenAction? = nil, output: ScreenAction? = nil) {
        self.input = input
        self.output = output
    }

    /// Screens the prompt, and the answer while it streams.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        var request = request
        request.prompt = try request.prompt.mapTexts { text, _ in try self.screened(text) }
        let stream = try await next.generate(request)
        guard let output else { return stream }
        let screened = ScreenedStream(stream, action: output)
        return GenerationStream { try await screened.next() }
    }

    /// Screens the prompt and the choices.
    public func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        var screened = request
        screened.prompt = try request.prompt.mapTexts { text, _ in try self.screened(text) }
        screened.choices = try request.choices.map(self.screened)
        let scores = try await next.score(screened)
        return zip(scores, request.choices).map { score, choice in
            ChoiceScore(choice: choice, logProbability: score.logProbability, tokenCount: score.tokenCount)
        }
    }

    /// Screens the texts.
    public func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        try await next.embed(texts.map(self.screened))
    }

    private func screened(_ text: String) throws -> String {
        guard let input else { return text }
        let piece = SecretScanner.scan(text)
        guard let kind = piece.found.first else { return text }
        guard input == .redact else {
            throw MiddlewareError(
                .blocked, "The request contains a secret (\(kind)), which must not reach the model; take it out.")
        }
        return piece.text
    }
}

/// A stream whose answer is screened while it is read.
private final class ScreenedStream: Sendable {
    private struct State {
        /// nil once nothing more is wanted of it, which ends it.
        var inner: GenerationStream?
        var redaction: OutputRedaction
        var ready: ArraySlice<GenerationEvent> = []
    }

    private let state: Mutex<State>

    init(_ inner: GenerationStream, action: ScreenAction) {
        self.state = Mutex(State(inner: inner, redaction: OutputRedaction(action: action)))
    }

    func next() async throws -> GenerationEvent? {
        while true {
            let (ready, inner) = self.state.withLock { ($0.ready.popFirst(), $0.inner) }
            if let ready { return ready }
            guard let event = try await inner?.next() else { return nil }
            self.state.withLock { state in
                state.ready = state.redaction.events(for: event)[...]
                if state.redaction.isOver { state.inner = nil }
            }
        }
    }
}
