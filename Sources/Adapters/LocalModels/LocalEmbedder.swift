// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
public import LLMCore
internal import ModelFiles

/// An encoder that runs on this machine, behind the interface of every model: it embeds texts and generates none.
///
/// The model is a folder as Hugging Face and sentence-transformers hold it. Its weights stay in memory while the value lives.
public final class LocalEmbedder: ModelAdapter {
    /// The name or path that the model was opened by.
    public let name: String
    private let engine: EmbeddingEngine

    /// Opens an encoder and packs its weights.
    ///
    /// - Parameters:
    ///   - model: A name that `locator` knows, or the path of a folder with `config.json`.
    ///   - device: Where to compute; only ``Device/cpu``.
    ///   - configuration: How to use the machine.
    ///   - locator: Finds the folder.
    /// - Throws: ``LLMError`` with code `.unknownModel` or `.unsupported`, or an error of the files or the configuration; all
    ///   are ``CodedError``s.
    public init(
        _ model: String, device: Device = .cpu, configuration: EngineConfiguration = EngineConfiguration(),
        locator: ModelLocator = ModelLocator()
    ) throws {
        try device.checkLocal()
        let path = try locator.encoderFolder(of: model)
        self.name = model
        self.engine = try EmbeddingEngine(path: path, configuration: configuration)
    }

    /// Embeddings alone.
    public var capabilities: ModelCapabilities { [.embeddings] }

    /// Values of an embedding.
    public var dimensions: Int { self.engine.dimensions }

    /// The most tokens of a text, special ones included; what is longer loses its end.
    public var tokenLimit: Int { self.engine.tokenLimit }

    /// Texts that can be put before what is embedded, such as `query: `, by name.
    public var prompts: [String: String] { self.engine.prompts }

    /// Embeds texts with the model's default prompt, if it has one.
    ///
    /// - Throws: ``LLMError`` with code `.overloaded`; `CancellationError`.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        let embeddings = try await self.embeddings(of: texts)
        UsageMeter.report(
            TokenUsage(promptTokens: embeddings.map(\.tokenCount).reduce(0, +), completionTokens: 0))
        return embeddings.map(\.vector)
    }

    /// Embeds texts.
    ///
    /// - Parameters:
    ///   - texts: What to embed.
    ///   - promptName: Which of ``prompts`` to put before each; nil is the model's default, which may be none.
    /// - Returns: An embedding per text, in the order asked.
    /// - Throws: ``LLMError`` with code `.invalidRequest` when there is no such prompt, or `.overloaded`; `CancellationError`.
    public func embeddings(of texts: [String], promptName: String? = nil) async throws -> [Embedding] {
        do {
            return try await self.engine.embed(texts, promptName: promptName).map {
                Embedding(vector: $0.vector, tokenCount: $0.tokenCount, isTruncated: $0.isTruncated)
            }
        } catch let error as any CodedError {
            throw error as? LLMError ?? LLMError(error)
        }
    }

    /// Refuses: an encoder writes no text.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        throw LLMError(
            .unsupported,
            """
            '\(self.name)' is an encoder (\(self.engine.architecture)): it embeds texts and writes none. Use it with \
            autoglm embed, or generate with a language model.
            """)
    }

    /// Counts the tokens of a text, special ones included.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int {
        guard case .raw(let text) = prompt else {
            throw LLMError(.unsupported, "'\(self.name)' is an encoder and takes raw texts, no conversations.")
        }
        return self.engine.tokenCount(text)
    }
}

/// What an encoder makes of a text.
public struct Embedding: Sendable, Hashable {
    /// The embedding.
    public let vector: [Float]
    /// Tokens that were read, special ones included.
    public let tokenCount: Int
    /// Whether the text was longer than the model can read, and its end is missing.
    public let isTruncated: Bool
}
