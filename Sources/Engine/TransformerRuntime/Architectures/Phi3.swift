// SPDX-License-Identifier: Apache-2.0

/// Phi 3, 3.5 and 4 (mini): one matrix for queries, keys and values, and one for gate and up.
enum Phi3: Architecture {
    static let ggufNames = ["phi3"]
    static let folderNames = ["phi3"]

    static func shape(_ settings: ModelSettings) throws -> ModelConfiguration {
        var shape = try ModelConfiguration(common: settings, style: .halves)
        try shape.slide(settings.int(.slidingWindow), settings)
        return shape
    }

    static func layer(_ load: LayerLoader) throws -> TransformerLayer {
        TransformerLayer(
            attentionNorm: try load.norm(.attentionNorm), attention: try load.attention(),
            feedForwardNorm: try load.norm(.feedForwardNorm), feedForward: .dense(try load.feedForward()))
    }
}
