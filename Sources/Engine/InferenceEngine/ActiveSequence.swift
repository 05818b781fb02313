// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization
internal import TensorKernels
internal import Tokenization
internal import TransformerRuntime

/// A request while it is computed; only the engine's queue touches it, but for ``Handle``.
final class ActiveSequence {
    /// What the outside holds: a way to cancel.
    final class Handle: Sendable {
        private let flag = Atomic<Bool>(false)
        var isCancelled: Bool { self.flag.load(ordering: .relaxed) }
        func cancel() { self.flag.store(true, ordering: .relaxed) }
    }

    /// What a submitted request consists of before memory is taken for it.
    struct Request: Sendable {
        let job: GenerationJob
        let handle: Handle
        let events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
        let submitted: ContinuousClock.Instant
    }

    let request: Request
    let cache: KVCache
    private var sampler: Sampler
    private var decoder: StreamingDecoder
    private var matcher: StopMatcher
    private let tokenizer: Tokenizer
    /// The most tokens that may be sampled.
    private let tokenLimit: Int
    /// Prompt tokens not computed yet, or the token sampled last.
    private(set) var pending: ArraySlice<TokenID>
    private var sampledCount = 0
    private var unsentTokens: [SampledToken] = []
    private var prefillStarted: ContinuousClock.Instant?
    private var firstToken: ContinuousClock.Instant?
    private(set) var isFinished = false

    init(_ request: Request, model: TransformerModel, tokenizer: Tokenizer, contextLength: Int) {
        let job = request.job
        self.request = request
        self.tokenizer = tokenizer
        self.tokenLimit = min(job.maxTokens ?? .max, contextLength - job.prompt.count)
        self.cache = KVCache(model: model, capacity: job.prompt.count + self.tokenLimit)
        self.sampler = Sampler(
            options: job.sampling, topLogProbabilities: job.topLogProbabilities, prompt: job.prompt,
            breakers: SequenceBreakers(job.sampling, tokenizer: tokenizer))
        self.decoder = StreamingDecoder(tokenizer: tokenizer)
        self.matcher = StopMatcher(job.stop)
        self.pending = job.prompt[...]
    }

    /// Whether the prompt is not computed completely yet.
    var isPrefilling: Bool { self.firstToken == nil }

    /// The next tokens to compute, at most `limit`.
    func segment(limit: Int) -> ForwardPass.Segment {
        if self.prefillStarted == nil { self.prefillStarted = .now }
        let tokens = self.pending.prefix(limit)
        return ForwardPass.Segment(
            cache: self.cache, tokens: tokens, logits: tokens.count == self.pending.count ? .last : .none)
    }

    /// Takes note of a computed segment; `logits` is what its last token gave, if it was the last one pending.
    func computed(_ segment: ForwardPass.Segment, logits: UnsafeMutableBufferPointer<Float>?) {
        self.pending = self.pending.dropFirst(segment.tokens.count)
        guard let logits else { return }
        if self.tokenLimit == 0 { return self.finish(.length) }
        let choice = self.sampler.sample(logits)
        if self.firstToken == nil { self.firstToken = .now }
        if self.tokenizer.endOfGeneration.contains(choice.token) { return self.finish(.stop) }
        self.sampledCount += 1
        self.unsentTokens.append(self.report(choice))
        switch self.matcher.append(self.decoder.append(choice.token)) {
        case .stop(let text):
            self.send(text)
            self.finish(.stop, flush: false)
        case .pass(let text):
            if !text.isEmpty { self.send(text) }
            if self.sampledCount == self.tokenLimit {
                self.finish(.length)
            } else {
                self.pending = [choice.token]
            }
        }
    }

    /// Ends with an error.
    func fail(_ error: any Error) {
        self.isFinished = true
        self.request.events.finish(throwing: error)
    }

    private func finish(_ reason: FinishReason, flush: Bool = true) {
        if flush {
            var rest = ""
            switch self.matcher.append(self.decoder.finish()) {
            case .stop(let text): rest = text
            case .pass(let text): rest = text + self.matcher.finish()
            }
            if !rest.isEmpty || !self.unsentTokens.isEmpty { self.send(rest) }
        }
        let usage = TokenUsage(promptTokens: self.request.job.prompt.count, completionTokens: self.sampledCount)
        self.request.events.yield(
            .finished(GenerationSummary(finishReason: reason, usage: usage, timings: self.timings())))
        self.request.events.finish()
        self.isFinished = true
    }

    private func timings() -> GenerationTimings {
        let now = ContinuousClock.now
        let (started, first) = (self.prefillStarted ?? now, self.firstToken ?? now)
        return GenerationTimings(
            timeToFirstToken: self.request.submitted.duration(to: first), prefill: started.duration(to: first),
            decode: first.duration(to: now))
    }

    private func send(_ text: String) {
        self.request.events.yield(.text(TextDelta(text: text, tokens: self.unsentTokens)))
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
