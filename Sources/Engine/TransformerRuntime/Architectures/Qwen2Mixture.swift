// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Qwen 2 with experts, and one that every token goes through.
enum Qwen2Mixture: Architecture {
    static let ggufNames = ["qwen2moe"]
    static let folderNames = ["qwen2_moe"]

    static func shape(_ settings: ModelSettings) throws -> ModelConfiguration {
        var shape = try ModelConfiguration(common: settings, style: .halves)
        if try settings.bool(.init(huggingFace: "use_sliding_window")) ?? false {
            let sliding = try settings.int(.init(huggingFace: "max_window_layers")) ?? 28
            try shape.slide(settings.int(.slidingWindow) ?? 4096, settings) { $0.isMultiple(of: 2) && $0 < sliding }
        }
        try shape.readExperts(settings, normalizesWeights: false)
        shape.experts?.sharedLength = try settings.int(.sharedExpertLength) ?? shape.feedForwardLength
        return shape
    }

    static func layer(_ load: LayerLoader) throws -> TransformerLayer {
        let hasBiases = try load.settings.bool(.init(huggingFace: "qkv_bias")) ?? true
        return TransformerLayer(
            attentionNorm: try load.norm(.attentionNorm),
            attention: try load.attention(biases: hasBiases ? .present : .absent),
            feedForwardNorm: try load.norm(.feedForwardNorm), feedForward: try load.mixtureOrFeedForward())
    }
}

extension ModelConfiguration {
    /// Reads how many experts there are, and which blocks have them.
    ///
    /// - Parameters:
    ///   - settings: What the model says.
    ///   - normalizesWeights: Whether a token's weights add up to 1 where the files do not say it.
    mutating func readExperts(_ settings: ModelSettings, normalizesWeights: Bool) throws {
        let perToken = try settings.required(.expertsPerToken, settings.int)
        let length = try settings.int(.expertLength) ?? self.feedForwardLength / max(1, perToken)
        self.experts = Experts(
            count: try settings.int(.localExpertCount) ?? settings.required(.expertCount, settings.int),
            perToken: perToken, length: length,
            normalizesWeights: try settings.bool(.expertWeightsNorm) ?? normalizesWeights)
        let dense = settings[.denseLayers]?.arrayValue?.map(\.integerValue) ?? []
        let step = try settings.int(.sparseStep) ?? 1
        guard step > 0 else { throw settings.unsupported("\(settings.key(.sparseStep)) is \(step)") }
        for index in 0..<self.layerCount {
            self.blocks[index].isSparse = (index + 1).isMultiple(of: step) && !dense.contains(index)
        }
    }
}
