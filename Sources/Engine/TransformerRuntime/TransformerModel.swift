// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
package import ModelFiles
package import TensorKernels

/// A transformer's weights, ready to run; shared by everybody who runs it.
package final class TransformerModel: Sendable {
    /// The model's shape.
    package let configuration: ModelConfiguration
    let kernels: Kernels
    /// Whether rows of queries and keys stand in another order than in `transformers`, as converters to GGUF put llama's.
    let reordersHeads: Bool
    let embeddings: PackedMatrix
    let layers: [TransformerLayer]
    let outputNorm: FloatVector
    let output: MatrixStack
    let ropes: [RotaryEmbedding]
    /// The kernel that turns heads, and how many pairs, for each of the rotary embeddings.
    let rotations: [(rotate: Rotation, pairs: Int)]

    /// A kernel that turns the pairs of a head by the angles of a table.
    typealias Rotation = @convention(c) (UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, Int) -> Void

    /// Loads and packs the weights of a model file.
    ///
    /// - Parameters:
    ///   - file: A GGUF file; nothing is read from it afterwards.
    ///   - kernels: What will run it.
    ///   - pool: The workers that share the packing.
    /// - Throws: As ``init(_:kernels:pool:contextLength:)``.
    package convenience init(file: GGUFFile, kernels: Kernels = .best, pool: WorkerPool) throws {
        try self.init(.gguf(file), kernels: kernels, pool: pool)
    }

    /// Loads and packs the weights of a model.
    ///
    /// - Parameters:
    ///   - source: The model's files; nothing is read from them afterwards.
    ///   - kernels: What will run it.
    ///   - pool: The workers that share the packing.
    ///   - contextLength: The most positions that will be used, unless as many as the model was trained for: some
    ///     models turn heads in another way where contexts are long.
    /// - Throws: ``TransformerError`` when the model is not one that runs here; `ModelFileError` when settings are missing.
    package init(
        _ source: ModelSource, kernels: Kernels = .best, pool: WorkerPool, contextLength: Int? = nil
    ) throws {
        let settings = try ModelSettings(source)
        let architecture = try Architectures.find(settings)
        let shape = try architecture.configuration(settings)
        let loader = TensorLoader(source, kernels: kernels, pool: pool)
        self.configuration = shape
        self.kernels = kernels
        self.reordersHeads = source.format == .gguf && shape.architecture == "llama"
        (self.embeddings, self.output) = try loader.embeddings(shape)
        self.layers = try (0..<shape.layerCount).map { index in
            try architecture.layer(LayerLoader(tensors: loader, shape: shape, settings: settings, index: index))
        }
        self.outputNorm = try loader.vector(
            TensorName.outputNorm.full(source.format), count: shape.embeddingLength, adding: shape.normOffset)
        self.ropes = try loader.ropes(
            shape, contextLength: min(contextLength ?? shape.contextLength, shape.contextLength))
        self.rotations = self.ropes.map { rope in
            let table = kernels.table.pointee
            return (rope.style == .pairs ? table.rope_pairs : table.rope_halves, rope.pairCount)
        }
        try loader.checkAllTaken(architecture: shape.architecture)
    }
}
