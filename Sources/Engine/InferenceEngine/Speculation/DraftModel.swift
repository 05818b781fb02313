// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import TensorKernels
internal import Tokenization
internal import TransformerRuntime

/// A smaller model that guesses what a larger one will say.
final class DraftModel {
    private let forward: ForwardPass
    private let pages: KVPagePool
    private let contextLength: Int
    private let vocabularySize: Int

    /// Tokens of a forward pass; a prompt is read in pieces of this size.
    private static let batchTokens = 256

    /// Opens a model.
    ///
    /// - Parameters:
    ///   - path: A GGUF file, or a folder with `config.json` and safetensors.
    ///   - tokenizer: The larger model's tokenizer.
    ///   - pool: The workers.
    ///   - capacity: The most pages of its KV cache.
    /// - Throws: An error of the file, or ``EngineError`` with code `.invalidConfiguration` when its vocabulary differs.
    init(path: String, tokenizer: Tokenizer, pool: WorkerPool, capacity: Int) throws {
        let source = try ModelSource(path: path)
        let own = try source.makeTokenizer()
        let same =
            own.vocabularySize == tokenizer.vocabularySize
            && (0..<TokenID(own.vocabularySize)).allSatisfy { own.bytes(of: $0) == tokenizer.bytes(of: $0) }
        guard same else {
            throw EngineError(
                .invalidConfiguration,
                "The draft model '\(path)' has another vocabulary than the model; take one of the same family.")
        }
        let model = try TransformerModel(source, pool: pool)
        guard own.vocabularySize <= model.configuration.vocabularySize else {
            throw EngineError(
                .invalidConfiguration,
                "The draft model '\(path)' has \(own.vocabularySize) tokens, but only \(model.configuration.vocabularySize) embeddings."
            )
        }
        self.vocabularySize = own.vocabularySize
        self.forward = ForwardPass(model: model, pool: pool, capacity: Self.batchTokens)
        self.pages = KVPagePool(layout: KVLayout(model.configuration), capacity: capacity)
        self.contextLength = model.configuration.contextLength
    }

    /// Guesses for one sequence.
    func makeSource() -> any DraftSource { Source(self) }

    private final class Source: DraftSource {
        private let model: DraftModel
        private let cache: KVCache
        private var computed: [TokenID] = []

        init(_ model: DraftModel) {
            self.model = model
            self.cache = KVCache(pool: model.pages, capacity: model.contextLength)
        }

        func propose(after tokens: [TokenID], limit: Int) -> [TokenID] {
            let shared = self.computed.commonPrefixLength(with: tokens.dropLast())
            self.cache.truncate(to: shared)
            self.computed.removeLast(self.computed.count - shared)
            var draft: [TokenID] = []
            do {
                var next = try self.compute(tokens[shared...])
                // Embeddings may be padded beyond the vocabulary.
                while let token = next, token < self.model.vocabularySize {
                    draft.append(token)
                    next = draft.count < limit ? try self.compute([token]) : nil
                }
            } catch {
                // Without room for the draft there are fewer guesses; the answer does not depend on them.
                return draft
            }
            return draft
        }

        /// Computes tokens; returns the most likely next one.
        private func compute(_ tokens: ArraySlice<TokenID>) throws -> TokenID? {
            var rest = tokens
            while !rest.isEmpty {
                let piece = rest.prefix(self.model.forward.capacity)
                rest = rest.dropFirst(piece.count)
                try self.model.forward.run([
                    .init(cache: self.cache, tokens: piece, logits: rest.isEmpty ? .last : .none)
                ])
                self.computed += piece
            }
            return TokenID(LogitScan(kernels: .best).largest(self.model.forward.logits(0)).token)
        }
    }
}

extension Speculation {
    /// Opens the draft model, if there is one.
    func draftModel(tokenizer: Tokenizer, pool: WorkerPool, capacity: Int) throws -> DraftModel? {
        guard case .draftModel(let path) = self.kind else { return nil }
        return try DraftModel(path: path, tokenizer: tokenizer, pool: pool, capacity: capacity)
    }
}
