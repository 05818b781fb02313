// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import ModelFiles
package import TensorKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// An encoder's weights, ready to run; shared by everybody who runs it.
package final class EncoderModel: Sendable {
    /// The weights of one block.
    struct Layer: Sendable {
        let queryKeyValue: Projection
        let attentionOutput: Projection
        let attentionNorm: LayerNorm
        /// The feed-forward network's first product; with a gate, the gate's product and then the other.
        let up: Projection
        let down: Projection
        let outputNorm: LayerNorm
    }

    /// The model's shape.
    package let configuration: EncoderConfiguration
    let kernels: Kernels
    let tokens: RowTable
    let positions: RowTable?
    /// What every token of the first segment adds.
    let segment: FloatVector
    let embeddingNorm: LayerNorm
    let layers: [Layer]
    /// Cosine and sine of each pair's angle, a row a position; nil where positions are learned.
    let rope: FloatVector?

    /// Whether a `model_type` of `config.json` is that of an encoder that runs here.
    package static func supports(modelType: String) -> Bool { EncoderArchitectures.find(modelType) != nil }

    /// The `model_type`s that run here.
    package static var modelTypes: [String] { EncoderArchitectures.names }

    /// Loads and packs the weights of a model folder.
    ///
    /// - Parameters:
    ///   - folder: Settings and weights; nothing is read from it afterwards.
    ///   - kernels: What will run it.
    ///   - pool: The workers that share the packing.
    /// - Throws: ``TransformerError`` when the model is no encoder that runs here; `ModelFileError` when a file is broken.
    package init(folder: HuggingFaceFolder, kernels: Kernels = .best, pool: WorkerPool) throws {
        let modelType = folder.configuration["model_type"]?.stringValue ?? ""
        guard let family = EncoderArchitectures.find(modelType) else {
            let known = EncoderArchitectures.names.joined(separator: ", ")
            throw TransformerError(
                .unknownArchitecture,
                """
                \(folder.path): '\(modelType)' is no architecture of an encoder that runs here; those are \(known). Models \
                that write text make no embeddings: open an encoder instead, such as all-MiniLM-L6-v2.
                """)
        }
        let settings = EncoderSettings(path: folder.path, values: folder.configuration)
        let shape = try family.configuration(settings, architecture: modelType)
        try shape.validate()
        let tokens = "embeddings.word_embeddings.weight"
        let loader = try EncoderLoader(
            shape: shape, prefixes: family.prefixes, anchor: tokens,
            loader: TensorLoader(.huggingFace(folder), kernels: kernels, pool: pool))
        self.configuration = shape
        self.kernels = kernels
        self.tokens = try loader.table(tokens, rows: shape.vocabularySize)
        self.positions =
            shape.ropeBase == nil
            ? try loader.table(
                "embeddings.position_embeddings.weight", rows: shape.tokenLimit + shape.positionOffset) : nil
        let segments = try loader.table("embeddings.token_type_embeddings.weight", rows: shape.segmentCount)
        self.segment = FloatVector(count: shape.width) { segments.read(0, into: $0) }
        self.embeddingNorm = try loader.norm(family.embeddingNorm)
        self.layers = try (0..<shape.layerCount).map { try family.layer($0, from: loader) }
        try loader.checkAllTaken(except: family.unneeded)
        self.rope = shape.ropeBase.map { Self.angles(base: $0, shape: shape) }
    }

    /// Cosines and sines for every position; the arithmetic is that of float32, as in the models' own code.
    private static func angles(base: Float, shape: EncoderConfiguration) -> FloatVector {
        let length = shape.headLength
        return FloatVector(count: shape.tokenLimit * length) { table in
            for pair in 0..<length / 2 {
                let frequency = 1 / powf(base, Float(2 * pair) / Float(length))
                for position in 0..<shape.tokenLimit {
                    let angle = Float(position) * frequency
                    table[position * length + 2 * pair] = cosf(angle)
                    table[position * length + 2 * pair + 1] = sinf(angle)
                }
            }
        }
    }
}
