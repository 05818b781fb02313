// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LLMCore
internal import ModelFiles
internal import Synchronization
internal import TensorKernels
internal import Tokenization
internal import TransformerRuntime

/// Turns texts into vectors with an encoder on this machine's processors.
///
/// Texts of one call are sorted by length and computed in batches; those of several calls take turns, a batch at a time.
/// Cancelling the task that waits ends its work before the next batch.
package final class EmbeddingEngine: Sendable {
    /// Values of an embedding.
    package let dimensions: Int
    /// The most tokens of a text, special ones included; what is longer loses its end.
    package let tokenLimit: Int
    /// The architecture's name.
    package let architecture: String
    private let recipe: EmbeddingRecipe
    private let tokenizer: Tokenizer
    /// Calls that are computed or wait.
    private let pendingCalls = Atomic<Int>(0)
    private let maximumCalls: Int
    private let queue = DispatchQueue(label: "open-autoglm.embeddings", qos: .userInitiated)
    private let pass: LocalEngine.Confined<EncoderPass>

    /// Tokens of a batch: enough for the products to run at full speed, few enough for the caches.
    private static let batchTokens = 512

    /// Opens a folder of a Hugging Face or sentence-transformers encoder and packs its weights.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - configuration: How to use the machine; of the settings, those of threads, context and queue count here.
    /// - Throws: An error of the files, the tokenizer, the transformer or the configuration, all ``CodedError``s.
    package init(path: String, configuration: EngineConfiguration = EngineConfiguration()) throws {
        try configuration.validate()
        let root = try ModelFolder(path: path)
        let recipe = try EmbeddingRecipe(folder: root)
        let folder = recipe.encoderPath.isEmpty ? root : try ModelFolder(path: root.path(of: recipe.encoderPath))
        let pool = try WorkerPool(count: configuration.threads)
        let model = try EncoderModel(folder: HuggingFaceFolder(folder), pool: pool)
        let shape = model.configuration
        let tokenizer = try Tokenizer(folder: folder)
        guard tokenizer.vocabularySize <= shape.vocabularySize else {
            throw EngineError(
                .unsupportedModel,
                "\(path): the tokenizer has \(tokenizer.vocabularySize) tokens, the model only \(shape.vocabularySize)."
            )
        }
        let added = tokenizer.prefix.count + tokenizer.suffix.count
        let limits = [recipe.tokenLimit, configuration.contextLength].compactMap(\.self).filter { $0 > 0 }
        self.tokenLimit = limits.reduce(shape.tokenLimit, min)
        guard self.tokenLimit > added else {
            throw EngineError(
                .invalidConfiguration,
                "\(path): a text may have \(self.tokenLimit) tokens, but \(added) are special ones.")
        }
        self.dimensions = try recipe.dimensions(width: shape.width)
        self.architecture = shape.architecture
        self.recipe = recipe
        self.tokenizer = tokenizer
        self.maximumCalls = configuration.maximumSequences + configuration.maximumQueuedRequests
        self.pass = LocalEngine.Confined(
            value: EncoderPass(model: model, pool: pool, capacity: min(Self.batchTokens, 16 * self.tokenLimit)))
    }

    /// Whether a folder holds an encoder of an architecture that runs here; its weights are not looked at.
    package static func supports(path: String) -> Bool {
        guard let root = try? ModelFolder(path: path), let recipe = try? EmbeddingRecipe(folder: root),
            let folder = recipe.encoderPath.isEmpty ? root : try? ModelFolder(path: root.path(of: recipe.encoderPath)),
            let type = try? folder.json("config.json")?["model_type"]?.stringValue
        else { return false }
        return EncoderModel.supports(modelType: type)
    }

    /// Texts that can be put before what is embedded, by name.
    package var prompts: [String: String] { self.recipe.prompts }

    /// Counts a text's tokens, special ones included, as if there were no limit.
    package func tokenCount(_ text: String) -> Int {
        self.tokenizer.encode(self.prepared(text), addSpecial: true, parseSpecial: true).count
    }

    /// Embeds texts.
    ///
    /// - Parameters:
    ///   - texts: What to embed; empty texts have an embedding, too.
    ///   - promptName: Which of ``prompts`` to put before each; nil is the model's default, which may be none.
    /// - Returns: An embedding per text, in the order asked.
    /// - Throws: ``EngineError`` when there is no such prompt or too many calls wait; `CancellationError`.
    @concurrent
    package func embed(_ texts: [String], promptName: String? = nil) async throws -> [TextEmbedding] {
        let prompt = try self.prompt(named: promptName)
        let (_, calls) = self.pendingCalls.add(1, ordering: .relaxed)
        defer { self.pendingCalls.subtract(1, ordering: .relaxed) }
        guard calls <= self.maximumCalls else {
            throw EngineError(.queueFull, "\(calls - 1) calls are computed or wait already; try again later.")
        }
        let work = EmbeddingWork(
            texts: try texts.map {
                try Task.checkCancellation()
                return self.tokens(prompt + $0)
            },
            skipped: self.recipe.poolsPrompt || prompt.isEmpty ? 0 : self.tokens(prompt).leading,
            recipe: self.recipe, batchTokens: Self.batchTokens)
        return try await QueuedSteps(on: self.queue) { try work.step(self.pass.value) }.value()
    }

    private func prompt(named name: String?) throws -> String {
        guard let name = name ?? self.recipe.defaultPrompt else { return "" }
        if let prompt = self.recipe.prompts[name] { return prompt }
        let known = self.recipe.prompts.keys.sorted()
        let hint = known.isEmpty ? "It has none." : NearestName.hint(for: name, in: known)
        throw EngineError(.unknownPrompt, "The model has no prompt '\(name)'. \(hint)")
    }

    private func tokens(_ text: String) -> EmbeddingWork.Text {
        let (prefix, suffix) = (self.tokenizer.prefix, self.tokenizer.suffix)
        let content = self.tokenizer.encode(self.prepared(text), addSpecial: false, parseSpecial: true)
        let kept = content.prefix(self.tokenLimit - prefix.count - suffix.count)
        return EmbeddingWork.Text(
            tokens: prefix + kept + suffix, leading: prefix.count + kept.count, isTruncated: kept.count < content.count)
    }

    private func prepared(_ text: String) -> String {
        guard self.recipe.lowercases else { return text }
        // Scalar by scalar, as tokenizers do it: the end of a word makes no difference.
        return text.unicodeScalars.reduce(into: "") { $0 += $1.properties.lowercaseMapping }
    }
}
