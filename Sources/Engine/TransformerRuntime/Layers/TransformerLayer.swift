// SPDX-License-Identifier: Apache-2.0

/// One block: attention and a feed-forward network, each behind a norm and added to the residual stream.
final class TransformerLayer: Sendable {
    let attentionNorm: FloatVector
    let attention: Attention
    /// A norm of what attention adds, where the architecture has one.
    let postAttentionNorm: FloatVector?
    let feedForwardNorm: FloatVector
    let feedForward: FeedForwardLayer
    /// A norm of what the feed-forward network adds, where the architecture has one.
    let postFeedForwardNorm: FloatVector?

    /// A block of these layers.
    init(
        attentionNorm: FloatVector, attention: Attention, postAttentionNorm: FloatVector? = nil,
        feedForwardNorm: FloatVector, feedForward: FeedForwardLayer, postFeedForwardNorm: FloatVector? = nil
    ) {
        self.attentionNorm = attentionNorm
        self.attention = attention
        self.postAttentionNorm = postAttentionNorm
        self.feedForwardNorm = feedForwardNorm
        self.feedForward = feedForward
        self.postFeedForwardNorm = postFeedForwardNorm
    }
}

/// Attention of queries with shared key-value heads.
struct Attention: Sendable {
    let queryKeyValue: Projection
    /// Norms of each head's query and key.
    let queryNorm: FloatVector?
    let keyNorm: FloatVector?
    let output: Projection
    /// The most positions that a token sees, itself included; nil: all before it.
    let window: Int?
    /// Which rotary embedding turns queries and keys.
    let rope: Int
}

/// A feed-forward network with a gate: down(activation(gate(x)) · up(x)).
struct FeedForward: Sendable {
    let gateUp: Projection
    let down: Projection
    /// Its inner width.
    let length: Int
}

/// Several networks, of which each token goes through a few.
struct MixtureOfExperts: Sendable {
    /// The network that every token goes through.
    struct Shared: Sendable {
        let network: FeedForward
        /// What a token's share of it is computed with.
        let gate: FloatVector
    }

    /// Says how much each expert suits a token.
    let router: MatrixStack
    let gateUps: [MatrixStack]
    let downs: [MatrixStack]
    let shared: Shared?
}

/// What follows attention in a block.
enum FeedForwardLayer: Sendable {
    case dense(FeedForward)
    case experts(MixtureOfExperts)
}
