// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization
internal import TokenConstraints
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
    struct Request: Sendable, QueuedRequest {
        let job: GenerationJob
        let handle: Handle
        /// The token sequences of the DRY penalty's breakers; finding them takes a walk over the vocabulary.
        let breakers: SequenceBreakers
        /// What the answer must look like; from now on the engine's queue alone uses it.
        let constraint: CompiledConstraint?
        /// What adapts the model as it computes the answer.
        let adapter: LowRankAdapter?
        var isCancelled: Bool { self.handle.isCancelled }
        let events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
        let submitted: ContinuousClock.Instant
    }

    let request: Request
    /// Its keys and values.
    let cache: KVCache
    /// The prompt and what was sampled; those that the cache lacks are to be computed.
    private(set) var tokens: [TokenID]
    /// Whether another sequence waits to share this one's prompt.
    var sharesPrompt = false
    private var sampler: Sampler
    private let drafts: DraftPlan?
    private var output: AnswerStream
    private var matcher: ConstraintMatcher?
    private let endOfGeneration: Set<TokenID>
    /// The most tokens that may be sampled.
    private let tokenLimit: Int
    private let contextLength: Int
    private(set) var sampledCount = 0
    private(set) var cachedPromptTokens = 0
    private var prefillStarted: ContinuousClock.Instant?
    private var firstToken: ContinuousClock.Instant?
    /// How it ended; its reader is told when its pages are free again.
    private var end: Result<GenerationSummary, any Error>?

    /// Prepares a request.
    ///
    /// - Parameters:
    ///   - request: What was asked.
    ///   - cache: Empty.
    ///   - tokenizer: Turns tokens into text.
    ///   - contextLength: The most tokens that the cache may hold.
    ///   - drafts: How tokens are guessed, if they are.
    init(_ request: Request, cache: KVCache, tokenizer: Tokenizer, contextLength: Int, drafts: DraftPlan?) {
        let job = request.job
        self.request = request
        self.cache = cache
        self.drafts = drafts
        self.endOfGeneration = tokenizer.endOfGeneration
        self.contextLength = contextLength
        self.tokens = job.overflow.fit(job.prompt, contextLength: contextLength)
        let room = job.overflow == .stop ? contextLength - job.prompt.count : Int.max
        self.tokenLimit = min(job.maxTokens ?? .max, room)
        self.sampler = Sampler(
            options: job.sampling, topLogProbabilities: job.topLogProbabilities, prompt: job.prompt,
            breakers: request.breakers)
        self.output = AnswerStream(request.events, tokenizer: tokenizer, stop: job.stop)
        self.matcher = request.constraint.map { ConstraintMatcher($0, tokenizer: tokenizer) }
        if self.tokenLimit > 0 { self.followConstraint() }
    }

    /// Tokens that are not computed yet.
    var pendingCount: Int { self.tokens.count - self.cache.count }

    /// Whether more than the token sampled last is to be computed.
    var isPrefilling: Bool { self.firstToken == nil || self.pendingCount > 1 }

    /// Whether pages of other sequences could continue the cache.
    var mayShare: Bool { self.pendingCount > 1 && self.cache.count.isMultiple(of: KVLayout.positions) }

    /// Takes as much as is known from the pages of other sequences; one token is left, to sample what follows it.
    func extend(from prefixes: PrefixCache) {
        guard self.mayShare else { return }
        let taken = prefixes.extend(self.cache, with: self.tokens.dropLast())
        if self.firstToken == nil { self.cachedPromptTokens += taken }
    }

    /// Begins to be computed, as far as the timings go.
    func began() { if self.prefillStarted == nil { self.prefillStarted = .now } }

    // MARK: - Guessing

    /// Tokens that may follow the one sampled last, to be checked in the same pass.
    ///
    /// - Parameters:
    ///   - limit: The most tokens.
    ///   - sequences: Sequences that decode in the same step.
    ///   - costs: What steps cost.
    func draft(limit: Int, sequences: Int, costs: StepCosts) -> [TokenID] {
        guard let drafts, !self.isPrefilling else { return [] }
        // The last token of an answer needs no guess, and all must fit into the context.
        let room = min(limit, self.tokenLimit - self.sampledCount - 1, self.contextLength - self.tokens.count - 1)
        guard room > 0 else { return [] }
        let draft = drafts.propose(after: self.tokens, limit: room, sequences: sequences, costs: costs)
        return self.matcher.map { Array(draft.prefix($0.allowedCount(of: draft))) } ?? draft
    }

    // MARK: - Results

    /// Takes what the tokens of a batch gave.
    ///
    /// - Parameters:
    ///   - draft: The guesses that were computed beside the pending tokens.
    ///   - row: The logits of each sampled place: the last pending token's, then those after each guess.
    /// - Returns: How many guesses were right.
    func computed(draft: [TokenID], logits row: (Int) -> UnsafeMutableBufferPointer<Float>) -> Int {
        if self.tokenLimit == 0 {
            self.finish(.length)
            return 0
        }
        let first = self.tokens.count
        var accepted = 0
        while true {
            self.take(self.sampler.sample(row(accepted), mask: self.matcher?.mask?.mask))
            let taken = self.tokens[first...]
            while accepted < min(draft.count, taken.count), draft[accepted] == taken[first + accepted] { accepted += 1 }
            guard !self.isFinished, accepted == taken.count else { break }
        }
        self.cache.truncate(to: self.cache.count - draft.count + accepted)
        self.drafts?.learned(proposed: draft.count, accepted: accepted)
        if !self.isFinished, self.tokens.count == self.contextLength { self.slide() }
        return accepted
    }

    private func take(_ choice: Sampler.Choice) {
        if self.firstToken == nil { self.firstToken = .now }
        if self.endOfGeneration.contains(choice.token) { return self.finish(.stop) }
        self.append(choice)
        self.matcher?.advance(choice.token)
        self.followConstraint()
    }

    /// Makes a token part of the answer, and ends the answer where a text says so.
    private func append(_ choice: Sampler.Choice) {
        self.sampledCount += 1
        self.tokens.append(choice.token)
        if self.output.append(choice) { self.finish(.stop) }
    }

    /// Writes what the constraint leaves no choice about, and ends an answer that is complete or as long as it may be.
    private func followConstraint() {
        // Who wants to know how likely tokens are gets them computed.
        let forced = self.request.job.topLogProbabilities == nil ? self.matcher?.forced ?? [] : []
        let room = min(self.tokenLimit - self.sampledCount, self.contextLength - self.tokens.count - 1)
        for token in forced.prefix(max(0, room)) where !self.isFinished {
            self.append(Sampler.Choice(token: token, logProbability: nil, top: []))
            self.sampler.take(token)
            self.matcher?.advance(token)
        }
        if self.isFinished { return }
        if let matcher, matcher.isStuck { return self.fail(Self.stuckError) }
        if self.matcher?.isComplete == true {
            self.finish(.stop)
        } else if self.sampledCount == self.tokenLimit {
            self.finish(.length)
        }
    }

    private static var stuckError: LLMError {
        LLMError(
            .backendFailed, "The model has no tokens for what its answer's constraint demands; allow other characters.")
    }

    /// Makes room in a full context.
    private func slide() {
        self.tokens = self.request.job.overflow.fit(self.tokens, contextLength: self.contextLength)
        self.cache.truncate(to: 0)
    }

    /// Lets go of its pages; should it go on, what they held is computed again, or found again.
    func releasePages() {
        self.cache.truncate(to: 0)
        if self.firstToken == nil { self.cachedPromptTokens = 0 }
    }

    /// Whether nothing more is to be computed.
    var isFinished: Bool { self.end != nil }

    /// Ends with an error.
    func fail(_ error: any Error) { self.end = .failure(error) }

    /// Tells the reader how it ended.
    func sendEnd() {
        switch self.end {
        case .success(let summary): self.output.finish(summary)
        case .failure(let error): self.output.fail(error)
        case nil: break
        }
    }

    private func finish(_ reason: FinishReason) {
        let usage = TokenUsage(
            promptTokens: self.request.job.prompt.count, completionTokens: self.sampledCount,
            cachedPromptTokens: min(self.cachedPromptTokens, self.request.job.prompt.count))
        self.end = .success(GenerationSummary(finishReason: reason, usage: usage, timings: self.timings()))
    }

    private func timings() -> GenerationTimings {
        let now = ContinuousClock.now
        let (started, first) = (self.prefillStarted ?? now, self.firstToken ?? now)
        return GenerationTimings(
            timeToFirstToken: self.request.submitted.duration(to: first), prefill: started.duration(to: first),
            decode: first.duration(to: now))
    }
}
