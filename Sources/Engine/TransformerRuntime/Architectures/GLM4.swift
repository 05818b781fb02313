// SPDX-License-Identifier: Apache-2.0

/// GLM-4 (0414): half of each head turns, and norms follow attention and the feed-forward network, too.
enum GLM4: Architecture {
    static let ggufNames = ["glm4"]
    static let folderNames = ["glm4"]

    static func shape(_ settings: ModelSettings) throws -> ModelConfiguration {
        var shape = try ModelConfiguration(common: settings, style: .pairs)
        shape.ropes = [
            try RotaryEmbedding.Configuration(settings, headLength: shape.headLength, style: .pairs, share: 0.5)
        ]
        return shape
    }

    static func layer(_ load: LayerLoader) throws -> TransformerLayer {
        TransformerLayer(
            attentionNorm: try load.norm(.attentionNorm),
            attention: try load.attention(biases: try load.biases(.attentionBias)),
            postAttentionNorm: try load.norm(.init("post_attention_norm", "post_self_attn_layernorm")),
            feedForwardNorm: try load.norm(.feedForwardNorm), feedForward: .dense(try load.feedForward()),
            postFeedForwardNorm: try load.norm(.init("post_ffw_norm", "post_mlp_layernorm")))
    }
}
