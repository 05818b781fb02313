// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Nomic BERT (Nussbaum and others 2024): rotary positions, a gated feed-forward network, no biases.
///
/// Its settings come under two sets of keys: those of its first release, and those that `transformers` writes.
enum NomicBertEncoder: EncoderArchitecture {
    static let modelTypes = ["nomic_bert"]
    static let prefixes = ["", "nomic_bert.", "bert."]
    static let unneeded = ["pooler.", "cls.", "classifier."]
    static let embeddingNorm = "emb_ln"

    static func configuration(_ settings: EncoderSettings, architecture: String) throws -> EncoderConfiguration {
        try settings.require("activation_function", oneOf: ["swiglu"])
        try settings.require("hidden_act", oneOf: ["silu"])
        for key in ["prenorm", "parallel_block", "use_rms_norm", "rotary_emb_interleaved"] {
            try settings.require(key, oneOf: [false])
        }
        for key in ["qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias"] { try settings.require(key, oneOf: [false]) }
        try settings.require("rotary_emb_fraction", oneOf: [1, 1.0])
        try settings.require("rotary_emb_scale_base", oneOf: [])
        let rope = EncoderSettings(path: settings.path, values: settings.values["rope_parameters"] ?? .null)
        try rope.require("rope_type", oneOf: ["default"])
        var shape = EncoderConfiguration(
            architecture: architecture,
            vocabularySize: try settings.integer("vocab_size", in: 1...(1 << 24)),
            width: try settings.integer("hidden_size", "n_embd", in: 1...65536),
            innerWidth: try settings.integer("intermediate_size", "n_inner", in: 1...(1 << 20)),
            layerCount: try settings.integer("num_hidden_layers", "n_layer", in: 1...1024),
            headCount: try settings.integer("num_attention_heads", "n_head", in: 1...4096),
            tokenLimit: try settings.integer("max_position_embeddings", "n_positions", in: 1...(1 << 20)),
            segmentCount: try settings.integer("type_vocab_size", in: 1...1024, default: 2),
            normEpsilon: try settings.number("layer_norm_eps", "layer_norm_epsilon", default: 1e-12))
        let base = try settings.number("rotary_emb_base", default: 1000)
        shape.ropeBase = try rope.number("rope_theta", default: Double(base))
        // With a factor, frequencies change beyond the length of training; that far is no difference.
        if try settings.number("rotary_scaling_factor", default: 1) != 1 {
            shape.tokenLimit = min(
                shape.tokenLimit, try settings.integer("max_trained_positions", in: 1...(1 << 20), default: 2048))
        }
        shape.activation = .siluGate
        shape.hasBiases = false
        return shape
    }

    static func layer(_ index: Int, from loader: EncoderLoader) throws -> EncoderModel.Layer {
        let (width, inner) = (loader.shape.width, loader.shape.innerWidth)
        let name = "encoder.layers.\(index)"
        return EncoderModel.Layer(
            queryKeyValue: try loader.projection(["\(name).attn.Wqkv"], columns: width, rows: 3 * width),
            attentionOutput: try loader.projection(["\(name).attn.out_proj"], columns: width, rows: width),
            attentionNorm: try loader.norm("\(name).norm1"),
            // The gate comes first here, as the kernel takes it.
            up: try loader.projection(["\(name).mlp.fc12", "\(name).mlp.fc11"], columns: width, rows: inner),
            down: try loader.projection(["\(name).mlp.fc2"], columns: inner, rows: width),
            outputNorm: try loader.norm("\(name).norm2"))
    }
}
