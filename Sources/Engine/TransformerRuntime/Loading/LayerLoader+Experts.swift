// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels

extension LayerLoader {
    /// The block's feed-forward network: a mixture of experts where the settings say so.
    func mixtureOrFeedForward() throws -> FeedForwardLayer {
        guard self.block.isSparse, let experts = self.shape.experts else { return .dense(try self.feedForward()) }
        return .experts(try self.mixture(experts))
    }

    private func mixture(_ experts: ModelConfiguration.Experts) throws -> MixtureOfExperts {
        let width = self.shape.embeddingLength
        let router = try self.tensors.matrix(self.full(.router), columns: width, rows: experts.count)
        let gates = try self.matrices("gate", columns: width, rows: experts.length, count: experts.count)
        let ups = try self.matrices("up", columns: width, rows: experts.length, count: experts.count)
        let downs = try self.matrices("down", columns: experts.length, rows: width, count: experts.count)
        return MixtureOfExperts(
            router: MatrixStack([router]),
            gateUps: zip(gates, ups).map { MatrixStack([$0, $1]) }, downs: downs.map { MatrixStack([$0]) },
            shared: try experts.sharedLength.map { length in
                MixtureOfExperts.Shared(
                    network: try self.feedForward(
                        [.sharedGate, .sharedUp], fused: nil, down: .sharedDown, length: length),
                    gate: try self.tensors.vector(self.full(.sharedRouter), count: width))
            })
    }

    /// One part of every expert: slices of one tensor in GGUF files, a tensor each in folders.
    private func matrices(_ part: String, columns: Int, rows: Int, count: Int) throws -> [PackedMatrix] {
        switch self.settings.source.format {
        case .gguf:
            try self.tensors.matrices(self.full(.expert(part, 0)), columns: columns, rows: rows, count: count)
        case .huggingFace:
            try (0..<count).map {
                try self.tensors.matrix(self.full(.expert(part, $0)), columns: columns, rows: rows)
            }
        }
    }

    private func full(_ name: TensorName) -> String {
        name.full(self.settings.source.format, block: self.index)
    }
}
