// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels

/// What a model has once: the embeddings, the output layer and the rotary embeddings.
extension TensorLoader {
    /// The embeddings, and the output layer's matrix, which may be the same.
    func embeddings(_ shape: ModelConfiguration) throws -> (PackedMatrix, MatrixStack) {
        let (width, vocabulary) = (shape.embeddingLength, shape.vocabularySize)
        let embeddings = try self.matrix(
            TensorName.tokenEmbedding.full(self.source.format), columns: width, rows: vocabulary)
        // The one tensor that stands beside the others in folders.
        let name = self.source.format == .gguf ? "output.weight" : "lm_head.weight"
        if try shape.tiesEmbeddings ?? !self.has(name) {
            // Some folders repeat them.
            self.ignore(name)
            return (embeddings, MatrixStack([embeddings]))
        }
        return (embeddings, MatrixStack([try self.matrix(name, columns: width, rows: vocabulary)]))
    }

    /// The rotary embeddings; in GGUF files, divisors of the first one's frequencies are tensors.
    func ropes(_ shape: ModelConfiguration, contextLength: Int) throws -> [RotaryEmbedding] {
        try shape.ropes.enumerated().map { index, rope in
            RotaryEmbedding(
                rope, factors: index == 0 ? try self.ropeFactors(rope, contextLength: contextLength) : nil,
                contextLength: contextLength)
        }
    }

    private func ropeFactors(_ rope: RotaryEmbedding.Configuration, contextLength: Int) throws -> [Float]? {
        guard self.source.format == .gguf else { return nil }
        let (fixed, pairs) = ("rope_freqs.weight", rope.dimensionCount / 2)
        if try self.has(fixed) { return try self.floats(fixed, count: pairs) }
        guard case .long(nil, nil, let original) = rope.scaling, try self.has("rope_factors_long.weight") else {
            return nil
        }
        let short = try self.floats("rope_factors_short.weight", count: pairs)
        let long = try self.floats("rope_factors_long.weight", count: pairs)
        return contextLength > original ? long : short
    }
}
