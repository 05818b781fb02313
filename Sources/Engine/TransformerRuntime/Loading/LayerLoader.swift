// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels

/// Makes the shared layers of one block out of its tensors.
struct LayerLoader {
    let tensors: TensorLoader
    let shape: ModelConfiguration
    let settings: ModelSettings
    /// Which block.
    let index: Int

    /// The block's own traits.
    var block: ModelConfiguration.Block { self.shape.blocks[self.index] }

    /// Whether the biases of a product are in the files.
    enum Biases {
        case absent, present
        /// They are where the files have them.
        case stored
    }

    /// What a setting says about biases; GGUF files say it by having them.
    func biases(_ setting: SettingName) throws -> Biases {
        guard self.settings.source.format == .huggingFace else { return .stored }
        return try self.settings.bool(setting) ?? false ? .present : .absent
    }

    /// The weights of a norm over the residual stream.
    func norm(_ name: TensorName) throws -> FloatVector { try self.norm(name, length: self.shape.embeddingLength) }

    /// Attention with a matrix each for queries, keys and values, or one that holds all three.
    ///
    /// - Parameters:
    ///   - biases: Whether queries, keys and values have biases.
    ///   - outputBias: Whether the output has.
    ///   - normsHeads: Whether each head's queries and keys go through a norm.
    func attention(
        biases: Biases = .absent, outputBias: Biases = .absent, normsHeads: Bool = false
    ) throws -> Attention {
        let (shape, width) = (self.shape, self.shape.embeddingLength)
        let (queries, keys) = (shape.headCount * shape.headLength, shape.keyValueHeadCount * shape.headLength)
        let rows = [queries, keys, keys]
        let names = [TensorName.query, .key, .value]
        return Attention(
            queryKeyValue: try self.projection(names, fused: .queryKeyValue, columns: width, rows: rows, biases),
            queryNorm: normsHeads ? try self.norm(.queryNorm, length: shape.headLength) : nil,
            keyNorm: normsHeads ? try self.norm(.keyNorm, length: shape.headLength) : nil,
            output: try self.projection([.attentionOutput], columns: queries, rows: [width], outputBias),
            window: self.block.window, rope: self.block.rope)
    }

    /// A gated feed-forward network.
    ///
    /// - Parameter biases: Whether its products have biases.
    func feedForward(biases: Biases = .absent) throws -> FeedForward {
        try self.feedForward(
            [.gate, .up], fused: .gateUp, down: .down, length: self.shape.feedForwardLength, biases)
    }

    /// A network whose gate and up are two matrices, or one that holds both.
    func feedForward(
        _ names: [TensorName], fused: TensorName?, down: TensorName, length: Int, _ biases: Biases = .absent
    ) throws -> FeedForward {
        let width = self.shape.embeddingLength
        return FeedForward(
            gateUp: try self.projection(names, fused: fused, columns: width, rows: [length, length], biases),
            down: try self.projection([down], columns: length, rows: [width], biases), length: length)
    }

    // MARK: - Parts

    private func name(_ name: TensorName, _ parameter: String = "weight") -> String {
        name.full(self.settings.source.format, block: self.index, parameter: parameter)
    }

    private func norm(_ name: TensorName, length: Int) throws -> FloatVector {
        try self.tensors.vector(self.name(name), count: length, adding: self.shape.normOffset)
    }

    /// Matrices with the same inputs, each a tensor of its own unless only the fused one is there.
    private func projection(
        _ names: [TensorName], fused: TensorName? = nil, columns: Int, rows: [Int], _ biases: Biases
    ) throws -> Projection {
        let stack: MatrixStack
        if let fused, try !self.tensors.has(self.name(names[0])), try self.tensors.has(self.name(fused)) {
            stack = MatrixStack(try self.tensors.split(self.name(fused), columns: columns, rows: rows))
        } else {
            stack = MatrixStack(
                try zip(names, rows).map { try self.tensors.matrix(self.name($0), columns: columns, rows: $1) })
        }
        return Projection(stack: stack, bias: try self.bias(names, fused: fused, rows: rows, biases, of: stack))
    }

    /// The biases of a stack, each where its matrix's results are.
    private func bias(
        _ names: [TensorName], fused: TensorName?, rows: [Int], _ biases: Biases, of stack: MatrixStack
    ) throws -> FloatVector? {
        let separate = try self.tensors.has(self.name(names[0], "bias"))
        let isFused = try !separate && fused.map { try self.tensors.has(self.name($0, "bias")) } ?? false
        switch biases {
        case .absent: return nil
        case .stored: guard separate || isFused else { return nil }
        case .present: break
        }
        var values = [Float]()
        if let fused, isFused {
            values = try self.tensors.floats(self.name(fused, "bias"), count: rows.reduce(0, +))
        } else {
            for (name, rows) in zip(names, rows) {
                values += try self.tensors.floats(self.name(name, "bias"), count: rows)
            }
        }
        return FloatVector(count: stack.width) { target in
            var rest = values[...]
            for (offset, rows) in zip(stack.offsets, rows) {
                for (index, value) in rest.prefix(rows).enumerated() { target[offset + index] = value }
                rest = rest.dropFirst(rows)
            }
        }
    }
}
