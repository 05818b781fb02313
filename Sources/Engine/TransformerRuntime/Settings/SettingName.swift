// SPDX-License-Identifier: Apache-2.0

/// What one setting of a model is called in each form.
package struct SettingName: Sendable {
    /// The key in GGUF files, behind the architecture's name; nil where they do not say it.
    package let gguf: String?
    /// The key in `config.json`; nil where it does not say it.
    package let huggingFace: String?

    /// A setting with its names.
    package init(gguf: String? = nil, huggingFace: String? = nil) {
        self.gguf = gguf
        self.huggingFace = huggingFace
    }

    static let layerCount = Self(gguf: "block_count", huggingFace: "num_hidden_layers")
    static let embeddingLength = Self(gguf: "embedding_length", huggingFace: "hidden_size")
    static let feedForwardLength = Self(gguf: "feed_forward_length", huggingFace: "intermediate_size")
    static let headCount = Self(gguf: "attention.head_count", huggingFace: "num_attention_heads")
    static let keyValueHeadCount = Self(gguf: "attention.head_count_kv", huggingFace: "num_key_value_heads")
    static let headLength = Self(gguf: "attention.key_length", huggingFace: "head_dim")
    static let valueLength = Self(gguf: "attention.value_length")
    static let contextLength = Self(gguf: "context_length", huggingFace: "max_position_embeddings")
    static let normEpsilon = Self(gguf: "attention.layer_norm_rms_epsilon", huggingFace: "rms_norm_eps")
    static let activation = Self(huggingFace: "hidden_act")
    static let hiddenActivation = Self(huggingFace: "hidden_activation")
    static let tiedEmbeddings = Self(huggingFace: "tie_word_embeddings")
    static let attentionBias = Self(huggingFace: "attention_bias")
    static let feedForwardBias = Self(huggingFace: "mlp_bias")
    static let slidingWindow = Self(gguf: "attention.sliding_window", huggingFace: "sliding_window")
    static let slidingPattern = Self(
        gguf: "attention.sliding_window_pattern", huggingFace: "sliding_window_pattern")
    static let layerTypes = Self(huggingFace: "layer_types")
    static let attentionSoftcap = Self(gguf: "attn_logit_softcapping", huggingFace: "attn_logit_softcapping")
    static let logitSoftcap = Self(gguf: "final_logit_softcapping", huggingFace: "final_logit_softcapping")
    static let queryScalar = Self(huggingFace: "query_pre_attn_scalar")
    static let expertCount = Self(gguf: "expert_count", huggingFace: "num_experts")
    /// What `transformers` calls it since version 5.
    static let localExpertCount = Self(huggingFace: "num_local_experts")
    static let expertsPerToken = Self(gguf: "expert_used_count", huggingFace: "num_experts_per_tok")
    static let expertLength = Self(gguf: "expert_feed_forward_length", huggingFace: "moe_intermediate_size")
    static let sharedExpertLength = Self(
        gguf: "expert_shared_feed_forward_length", huggingFace: "shared_expert_intermediate_size")
    static let expertWeightsNorm = Self(gguf: "expert_weights_norm", huggingFace: "norm_topk_prob")
    static let denseLayers = Self(huggingFace: "mlp_only_layers")
    static let sparseStep = Self(huggingFace: "decoder_sparse_step")
}
