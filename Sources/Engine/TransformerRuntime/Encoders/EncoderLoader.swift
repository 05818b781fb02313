// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import LLMCore
internal import ModelFiles
internal import TensorKernels

/// Takes an encoder's tensors out of a folder, by names without what the class that wrote the file puts before them.
struct EncoderLoader {
    let shape: EncoderConfiguration
    private let loader: TensorLoader
    private let prefix: String

    /// Finds out what stands before the tensors' names.
    ///
    /// - Parameters:
    ///   - shape: The model's shape.
    ///   - prefixes: What may stand there.
    ///   - anchor: The name of a tensor that every such model has.
    ///   - loader: Takes the tensors.
    init(shape: EncoderConfiguration, prefixes: [String], anchor: String, loader: TensorLoader) throws {
        self.shape = shape
        self.loader = loader
        self.prefix = try prefixes.first { try loader.has($0 + anchor) } ?? ""
    }

    /// Matrices of one shape, side by side, with their biases.
    func projection(_ names: [String], columns: Int, rows: Int) throws -> Projection {
        let stack = MatrixStack(
            try names.map { try self.loader.matrix("\(self.prefix)\($0).weight", columns: columns, rows: rows) })
        guard self.shape.hasBiases else { return Projection(stack: stack, bias: nil) }
        let biases = try names.map { try self.loader.floats("\(self.prefix)\($0).bias", count: rows) }
        let bias = FloatVector(count: stack.width) { target in
            for (values, offset) in zip(biases, stack.offsets) {
                for (index, value) in values.enumerated() { target[offset + index] = value }
            }
        }
        return Projection(stack: stack, bias: bias)
    }

    /// A layer norm of the model's width.
    func norm(_ name: String) throws -> LayerNorm {
        let name = self.prefix + name
        // The first BERT files call weight and bias gamma and beta.
        let isOld = try self.loader.has("\(name).gamma")
        return LayerNorm(
            weight: try self.loader.vector("\(name).\(isOld ? "gamma" : "weight")", count: self.shape.width),
            bias: try self.loader.vector("\(name).\(isOld ? "beta" : "bias")", count: self.shape.width),
            count: self.shape.width, epsilon: self.shape.normEpsilon)
    }

    /// A table of rows as wide as the model.
    func table(_ name: String, rows: Int) throws -> RowTable {
        let tensor = try self.loader.take(self.prefix + name, dimensions: [self.shape.width, rows])
        guard PackedMatrix.supports(type: tensor.type.rawValue, columns: self.shape.width) else {
            throw TransformerError(
                .unsupported, "Tensor '\(tensor.name)' of type \(tensor.type.name) cannot be read row by row.")
        }
        return RowTable(
            type: ctk_type(rawValue: tensor.type.rawValue), rows: rows, columns: self.shape.width,
            source: self.loader.tensors.bytes(of: tensor))
    }

    /// Fails when the folder has tensors that nobody took, apart from those whose names begin in one of some ways.
    func checkAllTaken(except unneeded: [String]) throws {
        for name in self.loader.tensors.tensors.map(\.name) {
            let stem = name.hasPrefix(self.prefix) ? String(name.dropFirst(self.prefix.count)) : name
            if unneeded.contains(where: stem.hasPrefix) { self.loader.ignore(name) }
        }
        try self.loader.checkAllTaken(architecture: self.shape.architecture)
    }
}
