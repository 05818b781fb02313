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
        var waiting: [ActiveSequence.Request] = []
        var isRunning = false
        var activeCount = 0
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
        self.file = file
        self.tokenizer = tokenizer
        self.modelConfiguration = model.configuration
        self.contextLength = min(configuration.contextLength ?? trained, trained)
        self.maximumRequests = configuration.maximumSequences + configuration.maximumQueuedRequests
        self.core = Confined(
            value: Core(
                model: model, tokenizer: tokenizer, pool: pool, configuration: configuration,
                contextLength: self.contextLength))
    }

    /// Sequences that hold memory at this moment.
    package var activeSequences: Int { self.state.withLock { $0.activeCount } }

    /// Requests that wait for a place.
    package var queuedRequests: Int { self.state.withLock { $0.waiting.count } }

    /// Starts a generation.
    ///
    /// - Parameter job: What to generate.
    /// - Returns: Its events; the last is `.finished`.
    /// - Throws: ``EngineError`` when the prompt is empty or too long, or too many requests wait.
    package func generate(_ job: GenerationJob) throws -> GenerationStream {
        try job.sampling.validate(vocabularySize: self.modelConfiguration.vocabularySize)
        try self.check(prompt: job.prompt, more: 1)
        if let count = job.maxTokens, count < 0 {
            throw LLMError(.invalidRequest, "max tokens is \(count); it must be 0 or more.")
        }
        if let count = job.topLogProbabilities, !(0...128).contains(count) {
            throw LLMError(.invalidRequest, "top log-probabilities is \(count); it must be from 0 to 128.")
        }
        let (events, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        let handle = ActiveSequence.Handle()
        continuation.onTermination = { _ in handle.cancel() }
        let request = ActiveSequence.Request(job: job, handle: handle, events: continuation, submitted: .now)
        try self.state.withLock { state in
            guard state.waiting.count + state.activeCount < self.maximumRequests else {
                throw EngineError(.queueFull, "\(state.waiting.count) requests wait already; try again later.")
            }
            state.waiting.append(request)
        }
        self.wake()
        return GenerationStream(events)
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

    private func check(prompt: [TokenID], more: Int) throws {
        guard !prompt.isEmpty else {
            throw EngineError(.emptyPrompt, "The prompt has no tokens; a model continues at least one.")
        }
        try self.checkVocabulary(prompt)
        guard prompt.count + more <= self.contextLength else {
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
        let requests = self.state.withLock { state in
            state.waiting.removeAll { $0.handle.isCancelled }
            let next = Array(state.waiting.prefix(core.freePlaces))
            state.waiting.removeFirst(next.count)
            state.activeCount = core.activeCount + next.count
            return next
        }
        core.start(requests)
        core.step()
        let goOn = self.state.withLock { state in
            state.activeCount = core.activeCount
            state.isRunning = core.activeCount > 0 || !state.waiting.isEmpty
            return state.isRunning
        }
        if goOn { self.queue.async { self.stepAndGoOn() } }
    }
}
