// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import TensorKernels

/// How the engine uses the machine.
public struct EngineConfiguration: Sendable, Hashable {
    /// Threads that compute, the engine's own included; by default one per processor that this process may use.
    public var threads: Int
    /// Tokens of prompt and answer together that a sequence may have; nil takes what the model was trained for.
    public var contextLength: Int?
    /// The most tokens of one forward pass, or ``maximumSequences`` if that is more; longer prompts are computed in pieces.
    public var batchTokens: Int
    /// The most sequences that are computed together; others wait.
    public var maximumSequences: Int
    /// The most requests that may wait; more are refused.
    public var maximumQueuedRequests: Int
    /// The most tokens of one forward pass that are taken from prompts while answers are being written, so that a long
    /// prompt does not make those wait.
    public var promptTokensBesideDecoding = 128
    /// Tokens whose keys and values are kept, of all sequences together.
    ///
    /// By default the context's length, or 16,384 if that is more. Memory is taken as it is first needed. A draft model takes
    /// as many again, of its own size.
    public var cacheTokens: Int?
    /// How keys and values are stored.
    public var cacheType = CacheType.f16
    /// Whether prompts that begin like an earlier one continue from its keys and values.
    public var prefixCache = true
    /// How tokens are guessed to check several at a time.
    public var speculation = Speculation.promptLookup
    /// Folders of low-rank adapters (LoRA) to load, by the names that requests call them.
    public var adapters: [String: String] = [:]

    /// Settings with their defaults.
    public init(
        threads: Int? = nil, contextLength: Int? = nil, batchTokens: Int = 256, maximumSequences: Int = 16,
        maximumQueuedRequests: Int = 1024
    ) {
        self.threads = threads ?? WorkerPool.availableProcessors
        self.contextLength = contextLength
        self.batchTokens = batchTokens
        self.maximumSequences = maximumSequences
        self.maximumQueuedRequests = maximumQueuedRequests
    }

    /// Checks that every value is in its range.
    ///
    /// - Throws: ``EngineError`` with code `.invalidConfiguration` that names the value and its range.
    func validate() throws {
        for (name, value, range) in [
            ("threads", self.threads, 1...1024), ("contextLength", self.contextLength ?? 1, 1...(1 << 24)),
            ("batchTokens", self.batchTokens, 1...65536), ("maximumSequences", self.maximumSequences, 1...4096),
            ("maximumQueuedRequests", self.maximumQueuedRequests, 0...(1 << 20)),
            ("promptTokensBesideDecoding", self.promptTokensBesideDecoding, 1...65536),
            ("cacheTokens", self.cacheTokens ?? 1, 1...(1 << 30)),
            ("maximumDraft", self.speculation.maximumDraft, 1...64),
        ] where !range.contains(value) {
            throw EngineError(
                .invalidConfiguration,
                "\(name) is \(value); it must be from \(range.lowerBound) to \(range.upperBound).")
        }
    }
}
