// SPDX-License-Identifier: Apache-2.0

/// Qwen 3: each head's queries and keys go through a norm.
enum Qwen3: Architecture {
    static let ggufNames = ["qwen3"]
    static let folderNames = ["qwen3"]

    static func shape(_ settings: ModelSettings) throws -> ModelConfiguration {
        var shape = try ModelConfiguration(common: settings, style: .halves)
        try shape.slideAsQwen(settings)
        return shape
    }

    static func layer(_ load: LayerLoader) throws -> TransformerLayer {
        let biases = try load.biases(.attentionBias)
        return TransformerLayer(
            attentionNorm: try load.norm(.attentionNorm),
            attention: try load.attention(biases: biases, outputBias: biases, normsHeads: true),
            feedForwardNorm: try load.norm(.feedForwardNorm), feedForward: .dense(try load.feedForward()))
    }
}
