// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Tokenization

/// Turns the tokens of one answer into text and sends it, held back where a character or a stop string may go on.
struct AnswerStream {
    private let events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    private let tokenizer: Tokenizer
    private var decoder: StreamingDecoder
    private var matcher: StopMatcher
    private var unsentTokens: [SampledToken] = []
    private var isStopped = false

    init(
        _ events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation, tokenizer: Tokenizer, stop: [String]
    ) {
        self.events = events
        self.tokenizer = tokenizer
        self.decoder = StreamingDecoder(tokenizer: tokenizer)
        self.matcher = StopMatcher(stop)
    }

    /// Adds a token.
    ///
    /// - Returns: Whether a stop string is complete.
    mutating func append(_ choice: Sampler.Choice) -> Bool {
        self.unsentTokens.append(self.report(choice))
        switch self.matcher.append(self.decoder.append(choice.token)) {
        case .stop(let text):
            self.isStopped = true
            self.send(text)
        case .pass(let text):
            if !text.isEmpty { self.send(text) }
        }
        return self.isStopped
    }

    /// Sends what was held back, and the summary.
    mutating func finish(_ summary: GenerationSummary) {
        if !self.isStopped {
            var rest = ""
            switch self.matcher.append(self.decoder.finish()) {
            case .stop(let text): rest = text
            case .pass(let text): rest = text + self.matcher.finish()
            }
            if !rest.isEmpty || !self.unsentTokens.isEmpty { self.send(rest) }
        }
        self.events.yield(.finished(summary))
        self.events.finish()
    }

    /// Ends with an error.
    func fail(_ error: any Error) { self.events.finish(throwing: error) }

    private mutating func send(_ text: String) {
        self.events.yield(.text(TextDelta(text: text, tokens: self.unsentTokens)))
        self.unsentTokens = []
    }

    private func report(_ choice: Sampler.Choice) -> SampledToken {
        SampledToken(
            id: Int(choice.token), logProbability: choice.logProbability,
            alternatives: choice.top.map { token, logProbability in
                SampledToken.Alternative(
                    id: Int(token), text: self.tokenizer.decode([token], skipSpecial: false),
                    logProbability: logProbability)
            })
    }
}
