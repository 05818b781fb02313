// SPDX-License-Identifier: Apache-2.0

package import ModelFiles
package import TensorKernels

/// A transformer's weights, ready to run; shared by everybody who runs it.
package final class TransformerModel: Sendable {
    /// The weights of one block.
    struct Layer: Sendable {
        let attentionNorm: FloatVector
        let queryKeyValue: MatrixStack
        let attentionOutput: MatrixStack
        let feedForwardNorm: FloatVector
        let gateUp: MatrixStack
        let down: MatrixStack
    }

    /// The model's shape.
    package let configuration: ModelConfiguration
    let kernels: Kernels
    let embeddings: PackedMatrix
    let layers: [Layer]
    let outputNorm: FloatVector
    let output: MatrixStack
    let rope: RotaryEmbedding

    /// Loads and packs the weights of a model file.
    ///
    /// - Parameters:
    ///   - file: A GGUF file; nothing is read from it afterwards.
    ///   - kernels: What will run it.
    ///   - pool: The workers that share the packing.
    /// - Throws: ``TransformerError`` when the model is not one that runs here; `ModelFileError` when settings are missing.
    package init(file: GGUFFile, kernels: Kernels = .best, pool: WorkerPool) throws {
        let shape = try ModelConfiguration(file: file)
        var loader = TensorLoader(file: file, kernels: kernels, pool: pool)
        let (width, inner) = (shape.embeddingLength, shape.feedForwardLength)
        let (queries, keys) = (shape.headCount * shape.headLength, shape.keyValueHeadCount * shape.headLength)
        self.configuration = shape
        self.kernels = kernels
        self.embeddings = try loader.matrix(TensorName.tokenEmbedding, columns: width, rows: shape.vocabularySize)
        self.layers = try (0..<shape.layerCount).map { index in
            func matrix(_ part: String, _ columns: Int, _ rows: Int) throws -> PackedMatrix {
                try loader.matrix(TensorName.layer(index, part), columns: columns, rows: rows)
            }
            return Layer(
                attentionNorm: try loader.vector(TensorName.layer(index, "attn_norm"), count: width),
                queryKeyValue: MatrixStack([
                    try matrix("attn_q", width, queries), try matrix("attn_k", width, keys),
                    try matrix("attn_v", width, keys),
                ]),
                attentionOutput: MatrixStack([try matrix("attn_output", queries, width)]),
                feedForwardNorm: try loader.vector(TensorName.layer(index, "ffn_norm"), count: width),
                gateUp: MatrixStack([try matrix("ffn_gate", width, inner), try matrix("ffn_up", width, inner)]),
                down: MatrixStack([try matrix("ffn_down", inner, width)]))
        }
        self.outputNorm = try loader.vector(TensorName.outputNorm, count: width)
        // Without a matrix of its own, the output layer is the embeddings'.
        let output =
            loader.has(TensorName.output)
            ? try loader.matrix(TensorName.output, columns: width, rows: shape.vocabularySize) : self.embeddings
        self.output = MatrixStack([output])
        var factors: [Float]?
        if loader.has(TensorName.ropeFactors) {
            factors = try loader.vector(TensorName.ropeFactors, count: shape.headLength / 2).array
        }
        self.rope = RotaryEmbedding(shape.rope, factors: factors)
        try loader.checkAllTaken()
    }
}

/// Matrices with the same inputs whose results stand side by side, multiplied as if they were one.
struct MatrixStack: Sendable {
    private let matrices: [PackedMatrix]
    /// Where each matrix's results begin in a token's row.
    let offsets: [Int]
    /// Floats of a token's row of results.
    let width: Int
    private let groupCount: Int

    init(_ matrices: [PackedMatrix]) {
        var offsets = [Int]()
        var width = 0
        for matrix in matrices {
            offsets.append(width)
            width += matrix.paddedRows
        }
        self.matrices = matrices
        self.offsets = offsets
        self.width = width
        self.groupCount = matrices.reduce(0) { $0 + $1.groupCount }
    }

    /// Multiplies this worker's share of the rows with the first `tokens` rows of `x`.
    func multiply(_ x: Activations, tokens: Int, into output: UnsafeMutablePointer<Float>, worker: WorkerPool.Worker) {
        let share = worker.share(of: self.groupCount)
        var start = 0
        for (matrix, offset) in zip(self.matrices, self.offsets) {
            let groups = (share.lowerBound - start..<share.upperBound - start).clamped(to: 0..<matrix.groupCount)
            if !groups.isEmpty {
                matrix.multiply(groups: groups, x, tokens: tokens, into: output + offset, stride: self.width)
            }
            start += matrix.groupCount
        }
    }
}
