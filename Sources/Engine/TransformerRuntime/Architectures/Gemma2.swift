// SPDX-License-Identifier: Apache-2.0

/// Gemma 2: norms before and after, capped scores and logits, and a window in every other layer.
enum Gemma2: Architecture {
    static let ggufNames = ["gemma2"]
    static let folderNames = ["gemma2"]

    static func shape(_ settings: ModelSettings) throws -> ModelConfiguration {
        var shape = try ModelConfiguration(common: settings, style: .halves, activation: .gelu)
        try shape.readGemma(settings, largest: 46)
        try shape.slide(settings.int(.slidingWindow) ?? 4096, settings) { $0.isMultiple(of: 2) }
        return shape
    }

    static func layer(_ load: LayerLoader) throws -> TransformerLayer { try load.gemma(normsHeads: false) }
}

extension ModelConfiguration {
    /// Reads what the Gemma family has in common.
    ///
    /// - Parameters:
    ///   - settings: What the model says.
    ///   - largest: How many blocks the largest model has, whose GGUF files do not say that its queries are scaled by
    ///     another width.
    mutating func readGemma(_ settings: ModelSettings, largest: Int) throws {
        self.embeddingScale = Float(self.embeddingLength).squareRoot()
        self.attentionSoftcap = try settings.number(.attentionSoftcap).map { Float($0) }
        self.logitSoftcap = try settings.number(.logitSoftcap).map { Float($0) }
        switch settings.source.format {
        case .gguf:
            if self.layerCount == largest, self.headCount > 0 {
                self.attentionScale = 1 / Float(self.embeddingLength / self.headCount).squareRoot()
            }
        case .huggingFace:
            // Folders store weights around 0; converters to GGUF add the 1.
            self.normOffset = 1
            self.attentionScale = 1 / Float(try settings.number(.queryScalar) ?? 256).squareRoot()
            // The class ties them unless told otherwise.
            self.tiesEmbeddings = try settings.bool(.tiedEmbeddings) ?? true
        }
    }
}

extension LayerLoader {
    /// A block of the Gemma family.
    func gemma(normsHeads: Bool) throws -> TransformerLayer {
        let biases = try self.biases(.attentionBias)
        return TransformerLayer(
            attentionNorm: try self.norm(.attentionNorm),
            attention: try self.attention(biases: biases, outputBias: biases, normsHeads: normsHeads),
            postAttentionNorm: try self.norm(.init("post_attention_norm", "post_attention_layernorm")),
            feedForwardNorm: try self.norm(.init("ffn_norm", "pre_feedforward_layernorm")),
            feedForward: .dense(try self.feedForward()),
            postFeedForwardNorm: try self.norm(.init("post_ffw_norm", "post_feedforward_layernorm")))
    }
}
