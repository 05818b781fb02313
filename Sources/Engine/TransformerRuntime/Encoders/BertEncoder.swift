// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// BERT (Devlin and others 2018): learned positions, a norm after each part, GELU.
enum BertEncoder: EncoderArchitecture {
    static let modelTypes = ["bert"]
    static let prefixes = ["", "bert."]
    static let unneeded = ["embeddings.position_ids", "pooler.", "cls.", "classifier.", "qa_outputs."]
    static let embeddingNorm = "embeddings.LayerNorm"

    static func configuration(_ settings: EncoderSettings, architecture: String) throws -> EncoderConfiguration {
        try settings.require("hidden_act", oneOf: ["gelu"])
        try settings.require("position_embedding_type", oneOf: ["absolute"])
        try settings.require("is_decoder", oneOf: [false])
        return EncoderConfiguration(
            architecture: architecture,
            vocabularySize: try settings.integer("vocab_size", in: 1...(1 << 24)),
            width: try settings.integer("hidden_size", in: 1...65536),
            innerWidth: try settings.integer("intermediate_size", in: 1...(1 << 20)),
            layerCount: try settings.integer("num_hidden_layers", in: 1...1024),
            headCount: try settings.integer("num_attention_heads", in: 1...4096),
            tokenLimit: try settings.integer("max_position_embeddings", in: 1...(1 << 20)),
            segmentCount: try settings.integer("type_vocab_size", in: 1...1024, default: 2),
            normEpsilon: try settings.number("layer_norm_eps", default: 1e-12))
    }

    static func layer(_ index: Int, from loader: EncoderLoader) throws -> EncoderModel.Layer {
        let (width, inner) = (loader.shape.width, loader.shape.innerWidth)
        let name = "encoder.layer.\(index)"
        let parts = ["query", "key", "value"].map { "\(name).attention.self.\($0)" }
        return EncoderModel.Layer(
            queryKeyValue: try loader.projection(parts, columns: width, rows: width),
            attentionOutput: try loader.projection(["\(name).attention.output.dense"], columns: width, rows: width),
            attentionNorm: try loader.norm("\(name).attention.output.LayerNorm"),
            up: try loader.projection(["\(name).intermediate.dense"], columns: width, rows: inner),
            down: try loader.projection(["\(name).output.dense"], columns: inner, rows: width),
            outputNorm: try loader.norm("\(name).output.LayerNorm"))
    }
}
