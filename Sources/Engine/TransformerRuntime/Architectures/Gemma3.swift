// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles

/// Gemma 3, its text part: as Gemma 2, with norms of each head's queries and keys, and a rotary embedding for each kind of
/// layer.
enum Gemma3: Architecture {
    static let ggufNames = ["gemma3"]
    static let folderNames = ["gemma3_text"]

    static func shape(_ settings: ModelSettings) throws -> ModelConfiguration {
        var shape = try ModelConfiguration(common: settings, style: .halves, activation: .gelu)
        try shape.readGemma(settings, largest: 62)
        let pattern = try settings.int(.slidingPattern) ?? 6
        guard pattern > 0 else { throw settings.unsupported("\(settings.key(.slidingPattern)) is \(pattern)") }
        let window = try settings.int(.slidingWindow) ?? (settings.source.format == .gguf ? nil : 4096)
        try shape.slide(window, settings) { !($0 + 1).isMultiple(of: pattern) }
        let local = try Self.localRope(settings, shape.ropes[0])
        shape.ropes.append(local)
        for index in shape.blocks.indices where shape.blocks[index].window != nil { shape.blocks[index].rope = 1 }
        return shape
    }

    /// The rotary embedding of layers with a window, which nothing stretches.
    private static func localRope(
        _ settings: ModelSettings, _ global: RotaryEmbedding.Configuration
    ) throws -> RotaryEmbedding.Configuration {
        if case .huggingFace(let folder) = settings.source, folder.configuration["rope_parameters"] != nil {
            return try RotaryEmbedding.Configuration(
                settings, headLength: global.dimensionCount, style: global.style, kind: "sliding_attention")
        }
        let base = try settings.number(.init(gguf: "rope.freq_base_swa", huggingFace: "rope_local_base_freq"))
        return RotaryEmbedding.Configuration(
            base: Float(base ?? 10_000), dimensionCount: global.dimensionCount, style: global.style)
    }

    static func layer(_ load: LayerLoader) throws -> TransformerLayer { try load.gemma(normsHeads: true) }
}
