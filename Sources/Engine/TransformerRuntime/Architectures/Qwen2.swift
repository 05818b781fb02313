// SPDX-License-Identifier: Apache-2.0

/// Qwen 2 and 2.5: as Llama, with biases of queries, keys and values.
enum Qwen2: Architecture {
    static let ggufNames = ["qwen2"]
    static let folderNames = ["qwen2"]

    static func shape(_ settings: ModelSettings) throws -> ModelConfiguration {
        var shape = try ModelConfiguration(common: settings, style: .halves)
        try shape.slideAsQwen(settings)
        return shape
    }

    static func layer(_ load: LayerLoader) throws -> TransformerLayer {
        TransformerLayer(
            attentionNorm: try load.norm(.attentionNorm), attention: try load.attention(biases: .present),
            feedForwardNorm: try load.norm(.feedForwardNorm), feedForward: .dense(try load.feedForward()))
    }
}

extension ModelConfiguration {
    /// Lets the upper layers see a window only, where a folder of the Qwen family asks for it.
    mutating func slideAsQwen(_ settings: ModelSettings) throws {
        guard try settings.bool(.init(huggingFace: "use_sliding_window")) ?? false else { return }
        let full = try settings.int(.init(huggingFace: "max_window_layers")) ?? 28
        try self.slide(settings.int(.slidingWindow) ?? 4096, settings) { $0 >= full }
    }
}
