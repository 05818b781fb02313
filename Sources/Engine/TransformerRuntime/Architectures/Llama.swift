// SPDX-License-Identifier: Apache-2.0

/// Llama 1 to 3, SmolLM, and Mistral, whose tokens may see a window only.
enum Llama: Architecture {
    static let ggufNames = ["llama"]
    static let folderNames = ["llama", "mistral"]

    static func shape(_ settings: ModelSettings) throws -> ModelConfiguration {
        // Converters to GGUF reorder the rows of queries and keys, so that neighbours turn together.
        var shape = try ModelConfiguration(common: settings, style: settings.source.format == .gguf ? .pairs : .halves)
        if settings.architecture != "llama" || settings.source.format == .gguf {
            try shape.slide(settings.int(.slidingWindow), settings)
        }
        return shape
    }

    static func layer(_ load: LayerLoader) throws -> TransformerLayer {
        let biases = try load.biases(.attentionBias)
        return TransformerLayer(
            attentionNorm: try load.norm(.attentionNorm),
            attention: try load.attention(biases: biases, outputBias: biases),
            feedForwardNorm: try load.norm(.feedForwardNorm),
            feedForward: .dense(try load.feedForward(biases: try load.biases(.feedForwardBias))))
    }
}
