// SPDX-License-Identifier: Apache-2.0

/// Qwen 3 with experts.
enum Qwen3Mixture: Architecture {
    static let ggufNames = ["qwen3moe"]
    static let folderNames = ["qwen3_moe"]

    static func shape(_ settings: ModelSettings) throws -> ModelConfiguration {
        var shape = try ModelConfiguration(common: settings, style: .halves)
        if try settings.bool(.init(huggingFace: "use_sliding_window")) ?? false {
            try shape.slide(settings.int(.slidingWindow) ?? 4096, settings)
        }
        try shape.readExperts(settings, normalizesWeights: settings.source.format == .gguf)
        return shape
    }

    static func layer(_ load: LayerLoader) throws -> TransformerLayer {
        let biases = try load.biases(.attentionBias)
        return TransformerLayer(
            attentionNorm: try load.norm(.attentionNorm),
            attention: try load.attention(biases: biases, outputBias: biases, normsHeads: true),
            feedForwardNorm: try load.norm(.feedForwardNorm), feedForward: try load.mixtureOrFeedForward())
    }
}
