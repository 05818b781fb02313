// SPDX-License-Identifier: Apache-2.0

/// RoBERTa and XLM-R (Liu and others 2019, Conneau and others 2020): BERT whose positions begin after the padding's.
enum XLMRobertaEncoder: EncoderArchitecture {
    static let modelTypes = ["xlm-roberta", "roberta"]
    static let prefixes = ["", "roberta."]
    static let unneeded = BertEncoder.unneeded + ["lm_head."]
    static let embeddingNorm = BertEncoder.embeddingNorm

    static func configuration(_ settings: EncoderSettings, architecture: String) throws -> EncoderConfiguration {
        var shape = try BertEncoder.configuration(settings, architecture: architecture)
        shape.positionOffset = try settings.integer("pad_token_id", in: 0...(1 << 20), default: 1) + 1
        shape.tokenLimit -= shape.positionOffset
        return shape
    }

    static func layer(_ index: Int, from loader: EncoderLoader) throws -> EncoderModel.Layer {
        try BertEncoder.layer(index, from: loader)
    }
}
