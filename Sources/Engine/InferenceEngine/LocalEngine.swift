// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LLMCore
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
    /// The most tokens that a sequence may have.
    package let contextLength: Int
    /// The model's shape.
    package let modelConfiguration: ModelConfiguration
    /// Turns text into the model's tokens and back.
    package let tokenizer: Tokenizer
    /// The model's files, which say more than the engine needs, such as its chat template.
    package let source: ModelSource
    /// The constraints of requests, compiled.
    let constraints: ConstraintCache
    /// The most requests that may be computed or wait together.
    let maximumRequests: Int
    /// Requests that are computed or wait.
    let pendingRequests = Atomic<Int>(0)
    /// The weights.
    let model: TransformerModel
    /// Adapters by the names that requests call them.
    let adapters = Mutex<[String: LowRankAdapter]>([:])
    let queue = DispatchQueue(label: "open-autoglm.engine", qos: .userInitiated)
    let core: Confined<Core>

    /// What only the engine's queue may touch.
    struct Confined<Value>: @unchecked Sendable {  // Every access is inside `queue`, which is serial.
        let value: Value
    }

    /// Opens a model and packs its weights.
    ///
    /// - Parameters:
    ///   - path: A GGUF file, or a folder with `config.json` and safetensors.
    ///   - configuration: How to use the machine.
    /// - Throws: An error of the files, the tokenizer, the transformer or the configuration, all ``CodedError``s.
    package init(path: String, configuration: EngineConfiguration = EngineConfiguration()) throws {
        try configuration.validate()
        let source = try ModelSource(path: path)
        let tokenizer = try source.makeTokenizer()
        let pool = try WorkerPool(count: configuration.threads)
        let model = try TransformerModel(source, pool: pool, contextLength: configuration.contextLength)
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw EngineError(
                .invalidConfiguration,
                "'\(path)' has \(tokenizer.vocabularySize) tokens, but only \(model.configuration.vocabularySize) embeddings."
            )
        }
        let trained = model.configuration.contextLength
        let wanted = min(configuration.contextLength ?? trained, trained)
        let cacheTokens = configuration.cacheTokens ?? max(wanted, Self.defaultCacheTokens)
        let pages = KVPagePool(
            layout: KVLayout(model.configuration, type: configuration.cacheType.layoutType),
            capacity: KVLayout.pages(for: cacheTokens))
        self.source = source
        self.model = model
        self.tokenizer = tokenizer
        self.constraints = ConstraintCache(tokenizer)
        self.modelConfiguration = model.configuration
        self.contextLength = min(wanted, cacheTokens)
        self.maximumRequests = configuration.maximumSequences + configuration.maximumQueuedRequests
        self.core = Confined(
            value: Core(
                model: model, tokenizer: tokenizer, pool: pool, configuration: configuration,
                contextLength: self.contextLength, pages: pages,
                draftModel: try configuration.speculation.draftModel(
                    tokenizer: tokenizer, pool: pool, capacity: pages.capacity)))
        for (name, path) in configuration.adapters.sorted(by: { $0.key < $1.key }) {
            try self.loadAdapter(named: name, from: path)
        }
    }

    /// Tokens whose keys and values are kept, unless told otherwise.
    private static let defaultCacheTokens = 16_384

    /// What the engine holds between two steps.
    package var usage: EngineUsage {
        get async {
            await withCheckedContinuation { continuation in
                self.queue.async { continuation.resume(returning: self.core.value.usage) }
            }
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
        try self.takePlaces(1)
        defer { self.pendingRequests.subtract(1, ordering: .relaxed) }
        let core = self.core
        lazy var task = ScoringTask(core.value, prompt: prompt, continuations: continuations)
        return try await QueuedSteps(on: self.queue) { try task.step() }.value()
    }
}
