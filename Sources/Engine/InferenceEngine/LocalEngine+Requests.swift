// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
package import LLMCore
internal import Synchronization
internal import TokenConstraints
internal import Tokenization
internal import TransformerRuntime

/// How requests come in, and what keeps the engine going.
extension LocalEngine {
    /// Starts a generation.
    ///
    /// - Parameter job: What to generate.
    /// - Returns: Its events; the last is `.finished`.
    /// - Throws: ``EngineError`` when the prompt is empty or too long, or too many requests wait; `ConstraintError` when
    ///   the constraint cannot be kept to.
    package func generate(_ job: GenerationJob) throws -> GenerationStream { try self.submit([job])[0] }

    /// Starts several generations from one prompt, which is computed once.
    ///
    /// - Parameters:
    ///   - job: What to generate; where it names a seed, each generation takes the next one.
    ///   - completions: How many, 1 or more.
    /// - Returns: The events of each.
    /// - Throws: As ``generate(_:)``; none is started then.
    package func generate(_ job: GenerationJob, completions: Int) throws -> [GenerationStream] {
        guard (1...self.maximumRequests).contains(completions) else {
            throw LLMError(
                .invalidRequest, "completions is \(completions); it must be from 1 to \(self.maximumRequests).")
        }
        return try self.submit(
            (0..<completions).map { index in
                var next = job
                next.sampling.seed = job.sampling.seed.map { $0 &+ UInt64(index) }
                return next
            })
    }

    /// Puts requests into the queue, all or none.
    private func submit(_ jobs: [GenerationJob]) throws -> [GenerationStream] {
        guard let first = jobs.first else { return [] }
        // All are the same but for their seeds.
        try self.check(first)
        let breakers = SequenceBreakers(first.sampling, tokenizer: self.tokenizer)
        let constraint = try first.constraint.map { try self.constraints.compile($0) }
        let adapter = try self.adapter(named: first.adapter)
        try self.takePlaces(jobs.count)
        let pairs = jobs.map { Self.makeRequest($0, breakers: breakers, constraint: constraint, adapter: adapter) }
        let requests = pairs.map(\.0)
        self.queue.async {
            let mustBegin = self.core.value.enqueue(requests)
            if mustBegin { self.stepAndGoOn() }
        }
        return pairs.map(\.1)
    }

    /// Counts requests in.
    ///
    /// - Throws: ``EngineError`` with code `.queueFull`; nothing is counted then.
    func takePlaces(_ count: Int) throws {
        let (before, after) = self.pendingRequests.add(count, ordering: .relaxed)
        guard after > self.maximumRequests else { return }
        self.pendingRequests.subtract(count, ordering: .relaxed)
        throw EngineError(.queueFull, "\(before) requests are computed or wait already; try again later.")
    }

    private static func makeRequest(
        _ job: GenerationJob, breakers: SequenceBreakers, constraint: CompiledConstraint?, adapter: LowRankAdapter?
    ) -> (ActiveSequence.Request, GenerationStream) {
        let (events, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        let handle = ActiveSequence.Handle()
        continuation.onTermination = { _ in handle.cancel() }
        return (
            ActiveSequence.Request(
                job: job, handle: handle, breakers: breakers, constraint: constraint, adapter: adapter,
                events: continuation, submitted: .now),
            GenerationStream(events)
        )
    }

    /// Every token of an answer is compared with all of them.
    private static let (mostStops, longestStop) = (64, 256)

    private func check(_ job: GenerationJob) throws {
        try job.sampling.validate(vocabularySize: self.modelConfiguration.vocabularySize)
        try self.check(prompt: job.prompt, more: 1, overflow: job.overflow)
        if let count = job.maxTokens, count < 0 {
            throw LLMError(.invalidRequest, "max tokens is \(count); it must be 0 or more.")
        }
        if let count = job.topLogProbabilities, !(0...128).contains(count) {
            throw LLMError(.invalidRequest, "top log-probabilities is \(count); it must be from 0 to 128.")
        }
        guard job.stop.count <= Self.mostStops, job.stop.allSatisfy({ $0.utf8.count <= Self.longestStop }) else {
            throw LLMError(
                .invalidRequest,
                "There may be \(Self.mostStops) stop strings of \(Self.longestStop) bytes at most.")
        }
        guard job.overflow == .stop || self.contextLength >= 4 else {
            throw LLMError(
                .invalidRequest, "A context of \(self.contextLength) tokens is too small to slide; it needs 4.")
        }
    }

    func check(prompt: [TokenID], more: Int, overflow: ContextOverflow = .stop) throws {
        guard !prompt.isEmpty else {
            throw EngineError(.emptyPrompt, "The prompt has no tokens; a model continues at least one.")
        }
        try self.checkVocabulary(prompt)
        guard overflow != .stop || prompt.count + more <= self.contextLength else {
            throw EngineError(
                .contextOverflow,
                "The prompt has \(prompt.count) tokens, the context only \(self.contextLength); shorten the prompt."
            )
        }
    }

    /// Found out in a batch, an unknown token would end the other sequences in it, too.
    func checkVocabulary(_ tokens: [TokenID]) throws {
        let vocabulary = 0..<Int32(clamping: self.modelConfiguration.vocabularySize)
        if let token = tokens.first(where: { !vocabulary.contains($0) }) {
            throw TransformerError(
                .invalidToken, "Token \(token) is not in the model's vocabulary of \(vocabulary.upperBound).")
        }
    }

    /// One step, and the next one behind whatever else has been put into the queue since.
    private func stepAndGoOn() {
        let core = self.core.value
        core.step { self.pendingRequests.subtract(1, ordering: .relaxed) }
        if core.hasWork { self.queue.async { self.stepAndGoOn() } }
    }

    /// What a request ends with that took too long.
    static var deadlineError: LLMError {
        LLMError(
            .deadlineExceeded, "The answer was not complete when its deadline came; ask for less, or allow more time.")
    }
}
