// SPDX-License-Identifier: Apache-2.0

/// The shape of a transformer: what its settings come to, whatever its architecture.
package struct ModelConfiguration: Sendable, Hashable {
    /// What one block does differently from others.
    package struct Block: Sendable, Hashable {
        /// The most positions that a token sees, itself included; nil: all before it.
        package var window: Int?
        /// Which of the rotary embeddings turns its queries and keys.
        package var rope = 0
        /// Whether its feed-forward network is a mixture of experts.
        package var isSparse = false
    }

    /// A mixture of experts (Shazeer and others 2017).
    package struct Experts: Sendable, Hashable {
        /// Experts of a block.
        package var count: Int
        /// Experts that a token goes through.
        package var perToken: Int
        /// Width inside an expert.
        package var length: Int
        /// Width inside the expert that every token goes through; nil where there is none.
        package var sharedLength: Int?
        /// Whether the weights of a token's experts are scaled to add up to 1.
        package var normalizesWeights: Bool
    }

    /// The function between a feed-forward network's two products.
    package enum Activation: Sendable, Hashable {
        /// x / (1 + exp(-x)).
        case silu
        /// GELU, approximated by tanh.
        case gelu
    }

    /// The architecture's name in the file.
    package var architecture: String
    /// The model's own name, if it says one.
    package var name: String?
    /// Transformer blocks.
    package var layerCount: Int
    /// Width of the residual stream.
    package var embeddingLength: Int
    /// Width inside the feed-forward network.
    package var feedForwardLength: Int
    /// Query heads.
    package var headCount: Int
    /// Key-value heads; query heads share them in groups (Ainslie and others 2023).
    package var keyValueHeadCount: Int
    /// Width of a head.
    package var headLength: Int
    /// The most positions that the model was trained for.
    package var contextLength: Int
    /// Tokens in the vocabulary.
    package var vocabularySize: Int
    /// Added to the mean square in RMSNorm.
    package var normEpsilon: Float
    /// Added to the weights of norms as the files store them.
    package var normOffset: Float = 0
    /// How positions turn queries and keys, for each kind of block.
    package var ropes: [RotaryEmbedding.Configuration]
    /// The blocks' differences, one a block.
    package var blocks: [Block]
    /// What comes between a feed-forward network's products.
    package var activation: Activation = .silu
    /// The mixture of experts of blocks that have one.
    package var experts: Experts?
    /// Embeddings are multiplied with this.
    package var embeddingScale: Float = 1
    /// Scores of attention are multiplied with this.
    package var attentionScale: Float
    /// Scores of attention are bent to stay below this: c · tanh(x / c); nil: not.
    package var attentionSoftcap: Float?
    /// Logits are bent to stay below this; nil: not.
    package var logitSoftcap: Float?
    /// Whether the output layer's matrix is the embeddings'; nil: where the files have no other.
    package var tiesEmbeddings: Bool?

    /// Query heads that share a key-value head.
    package var groupSize: Int { self.headCount / self.keyValueHeadCount }
}
