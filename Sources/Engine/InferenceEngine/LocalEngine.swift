// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
package import LLMCore
package import ModelFiles
internal import Synchronization
internal import TensorKernels
package import Tokenization
package import TransformerRuntime

/// Runs a model file on this machine's processors.
///
/// Requests are computed together: every step of the engine computes one token of each sequence, and pieces of the
/// prompts that are new. Requests may come from any task; cancelling the task that reads a stream, or dropping the
/// stream, ends its sequence before the next token and frees its memory.
package final class LocalEngine: Sendable {
    private struct State {
        var requests = RequestQueue<ActiveSequence.Request>()
        var isRunning = false
        var usage = EngineUsage()
    }

    /// The most tokens that a sequence may have.
    package let contextLength: Int
    /// The model's shape.
    package let modelConfiguration: ModelConfiguration
    /// Turns text into the model's tokens and back.
    package let tokenizer: Tokenizer
    /// Metadata of the model file, such as its chat template.
    package let file: GGUFFile
    /// The most requests that may be computed or wait together.
    private let maximumRequests: Int
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "open-autoglm.engine", qos: .userInitiated)
    private let core: Confined<Core>

    /// What only the engine's queue may touch.
    private struct Confined<Value>: @unchecked Sendable {  // Every access is inside `queue`, which is serial.
        let value: Value
    }

    /// Opens a model file and packs its weights.
    ///
    /// - Parameters:
    ///   - path: A GGUF file.
    ///   - configuration: How to use the machine.
    /// - Throws: An error of the file, the tokenizer, the transformer or the configuration, all ``CodedError``s.
    package init(path: String, configuration: EngineConfiguration = EngineConfiguration()) throws {
        try configuration.validate()
        let file = try GGUFFile(path: path)
        let pool = try WorkerPool(count: configuration.threads)
        let model = try TransformerModel(file: file, pool: pool)
        let tokenizer = try Tokenizer(gguf: file)
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw EngineError(
                .invalidConfiguration,
                "'\(path)' has \(tokenizer.vocabularySize) tokens, but only \(model.configuration.vocabularySize) embeddings."
            )
        }
        let trained = model.configuration.contextLength
        let wanted = min(configuration.contextLength ?? trained, trained)
        let cacheTokens = configuration.cacheTokens ?? max(wanted, Self.defaultCacheTokens)
        let pages = KVPagePool(layout: KVLayout(model.configuration), capacity: KVLayout.pages(for: cacheTokens))
        self.file = file
        self.tokenizer = tokenizer
        self.modelConfiguration = model.configuration
        self.contextLength = min(wanted, cacheTokens)
        self.maximumRequests = configuration.maximumSequences + configuration.maximumQueuedRequests
        self.core = Confined(
            value: Core(
                model: model, tokenizer: tokenizer, pool: pool, configuration: configuration,
                contextLength: self.contextLength, pages: pages,
                draftModel: try configuration.speculation.draftModel(
                    tokenizer: tokenizer, pool: pool, capacity: pages.capacity)))
    }

    /// Tokens whose keys and values are kept, unless told otherwise.
    private static let defaultCacheTokens = 16_384

    /// What the engine holds at this moment.
    package var usage: EngineUsage {
        self.state.withLock { state in
            var usage = state.usage
            usage.queuedRequests = state.requests.count
            return usage
        }
    }

    /// Starts a generation.
    ///
    /// - Parameter job: What to generate.
    /// - Returns: Its events; the last is `.finished`.
    /// - Throws: ``EngineError`` when the prompt is empty or too long, or too many requests wait.
    package func generate(_ job: GenerationJob) throws -> GenerationStream { try self.submit([job])[0] }

    /// Starts several generations from one prompt, which is computed once.
    ///
    /// - Parameters:
    ///   - job: What to generate; where it names a seed, each generation takes the next one.
    ///   - completions: How many, 1 or more.
    /// - Returns: The events of each.
    /// - Throws: As ``generate(_:)``; none is started then.
    package func generate(_ job: GenerationJob, completions: Int) throws -> [GenerationStream] {
        try self.submit(
            (0..<max(1, completions)).map { index in
                var next = job
                next.sampling.seed = job.sampling.seed.map { $0 &+ UInt64(index) }
                return next
            })
    }

    /// Puts requests into the queue, all or none.
    private func submit(_ jobs: [GenerationJob]) throws -> [GenerationStream] {
        for job in jobs { try self.check(job) }
        let pairs = jobs.map(Self.makeRequest)
        try self.state.withLock { state in
            let waiting = state.requests.count
            guard waiting + state.usage.activeSequences + pairs.count <= self.maximumRequests else {
                throw EngineError(.queueFull, "\(waiting) requests wait already; try again later.")
            }
            for (request, _) in pairs { state.requests.append(request) }
        }
        self.wake()
        return pairs.map(\.1)
    }

    private static func makeRequest(_ job: GenerationJob) -> (ActiveSequence.Request, GenerationStream) {
        let (events, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        let handle = ActiveSequence.Handle()
        continuation.onTermination = { _ in handle.cancel() }
        return (
            ActiveSequence.Request(job: job, handle: handle, events: continuation, submitted: .now),
            GenerationStream(events)
        )
    }

    private func check(_ job: GenerationJob) throws {
        try job.sampling.validate()
        try self.check(prompt: job.prompt, more: 1, overflow: job.overflow)
        if let count = job.maxTokens, count < 0 {
            throw LLMError(.invalidRequest, "max tokens is \(count); it must be 0 or more.")
        }
        if let count = job.topLogProbabilities, !(0...128).contains(count) {
            throw LLMError(.invalidRequest, "top log-probabilities is \(count); it must be from 0 to 128.")
        }
    }

    /// Computes how likely continuations of a prompt are.
    ///
    /// - Parameters:
    ///   - prompt: What precedes them; not empty.
    ///   - continuations: The texts to compare.
    /// - Returns: The sum of each continuation's log-probabilities (natural logarithm).
    /// - Throws: ``EngineError`` when the prompt is empty or something does not fit the context; `CancellationError`.
    package func score(prompt: [TokenID], continuations: [[TokenID]]) async throws -> [Double] {
        try self.check(prompt: prompt, more: continuations.map(\.count).max() ?? 0)
        for continuation in continuations { try self.checkVocabulary(continuation) }
        let handle = ActiveSequence.Handle()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.queue.async {
                    continuation.resume(
                        with: Result {
                            try self.core.value.score(prompt: prompt, continuations: continuations) {
                                handle.isCancelled
                            }
                        })
                }
            }
        } onCancel: {
            handle.cancel()
        }
    }

    private func check(prompt: [TokenID], more: Int, overflow: ContextOverflow = .stop) throws {
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
    private func checkVocabulary(_ tokens: [TokenID]) throws {
        let vocabulary = 0..<Int32(clamping: self.modelConfiguration.vocabularySize)
        if let token = tokens.first(where: { !vocabulary.contains($0) }) {
            throw TransformerError(
                .invalidToken, "Token \(token) is not in the model's vocabulary of \(vocabulary.upperBound).")
        }
    }

    /// Sees to it that the queue works as long as there is something to do.
    private func wake() {
        let start = self.state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if start { self.queue.async { self.stepAndGoOn() } }
    }

    /// One step, and the next one behind whatever else has been put into the queue since.
    private func stepAndGoOn() {
        let core = self.core.value
        let late = self.state.withLock { state in
            let late = state.requests.removeExpired(now: .now)
            while core.freePlaces > 0, let request = state.requests.popNext() { core.start(request) }
            state.usage = core.usage
            return late
        }
        for request in late { request.events.finish(throwing: Self.deadlineError) }
        core.step()
        let goOn = self.state.withLock { state in
            for sequence in core.takeEnded() {
                state.requests.ended(sequence.request.job, answerTokens: sequence.sampledCount)
            }
            state.usage = core.usage
            state.isRunning = core.usage.activeSequences > 0 || state.requests.count > 0
            return state.isRunning
        }
        if goOn { self.queue.async { self.stepAndGoOn() } }
    }

    /// What a request ends with that took too long.
    static var deadlineError: EngineError {
        EngineError(
            .deadlineExceeded, "The answer was not complete when its deadline came; ask for less, or allow more time.")
    }
}
