// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import LLMCore
internal import ModelFiles
internal import TensorKernels

/// Takes an encoder's tensors out of a source by name and shape, and remembers which it took.
struct EncoderLoader {
    let shape: EncoderConfiguration
    private let source: any TensorSource
    private let kernels: Kernels
    private let pool: WorkerPool
    private let prefix: String
    private var taken: Set<String> = []

    /// Finds out what stands before the tensors' names.
    init(
        shape: EncoderConfiguration, prefixes: [String], anchor: String, source: any TensorSource, kernels: Kernels,
        pool: WorkerPool
    ) throws {
        self.shape = shape
        self.source = source
        self.kernels = kernels
        self.pool = pool
        self.prefix = try prefixes.first { try source.tensor(named: $0 + anchor) != nil } ?? ""
    }

    /// Matrices of one shape, side by side, with their biases.
    mutating func projection(_ names: [String], columns: Int, rows: Int) throws -> Projection {
        let matrices = try names.map { try self.matrix("\($0).weight", columns: columns, rows: rows) }
        guard self.shape.hasBiases else { return Projection(stack: MatrixStack(matrices), bias: nil) }
        let biases = try names.map { try self.take("\($0).bias", dimensions: [rows]) }
        let stack = MatrixStack(matrices)
        let bias = FloatVector(count: stack.width) { target in
            for (tensor, offset) in zip(biases, stack.offsets) { self.read(tensor, into: target + offset) }
        }
        return Projection(stack: stack, bias: bias)
    }

    /// A layer norm of the model's width.
    mutating func norm(_ name: String) throws -> LayerNorm {
        // The first BERT files call weight and bias gamma and beta.
        let isOld = try self.source.tensor(named: "\(self.prefix)\(name).gamma") != nil
        let weight = try self.take("\(name).\(isOld ? "gamma" : "weight")", dimensions: [self.shape.width])
        let bias = try self.take("\(name).\(isOld ? "beta" : "bias")", dimensions: [self.shape.width])
        return LayerNorm(
            weight: FloatVector(count: self.shape.width) { self.read(weight, into: $0) },
            bias: FloatVector(count: self.shape.width) { self.read(bias, into: $0) },
            count: self.shape.width, epsilon: self.shape.normEpsilon)
    }

    /// A table of rows as wide as the model.
    mutating func table(_ name: String, rows: Int) throws -> RowTable {
        let tensor = try self.take(name, dimensions: [self.shape.width, rows])
        return RowTable(
            type: ctk_type(rawValue: tensor.type.rawValue), rows: rows, columns: self.shape.width,
            source: self.source.bytes(of: tensor))
    }

    /// Fails when the source has tensors that nobody took: they would change the result.
    func checkAllTaken(except unneeded: [String]) throws {
        for tensor in self.source.tensors where !self.taken.contains(tensor.name) {
            let stem =
                tensor.name.hasPrefix(self.prefix) ? String(tensor.name.dropFirst(self.prefix.count)) : tensor.name
            guard unneeded.contains(where: { stem.hasPrefix($0) || tensor.name.hasPrefix($0) }) else {
                throw TransformerError(
                    .unsupported,
                    """
                    \(self.source.path): the tensor '\(tensor.name)' is not part of the architecture \
                    '\(self.shape.architecture)' as it runs here.
                    """)
            }
        }
    }

    private mutating func matrix(_ name: String, columns: Int, rows: Int) throws -> PackedMatrix {
        let tensor = try self.take(name, dimensions: [columns, rows])
        defer { self.source.adviseUnneeded(tensor) }  // The packed copy serves from here on.
        return PackedMatrix(
            type: tensor.type.rawValue, rows: rows, columns: columns, source: self.source.bytes(of: tensor),
            kernels: self.kernels, pool: self.pool)
    }

    /// Every tensor of an encoder is floats: 1e-4 of the reference would not survive rounded inputs.
    private mutating func take(_ name: String, dimensions: [Int]) throws -> TensorDescription {
        let name = self.prefix + name
        guard let tensor = try self.source.tensor(named: name) else {
            throw TransformerError(.missingTensor, "\(self.source.path) lacks the tensor '\(name)'.")
        }
        guard tensor.dimensions == dimensions else {
            throw TransformerError(
                .missingTensor,
                """
                \(self.source.path): tensor '\(name)' has the shape \(Array(tensor.dimensions.reversed())); the model's \
                settings ask for \(Array(dimensions.reversed())).
                """)
        }
        guard [.f32, .f16, .bf16].contains(tensor.type) else {
            throw TransformerError(
                .unsupported,
                """
                \(self.source.path): tensor '\(name)' has the type \(tensor.type.name); encoders run with F32, F16 and \
                BF16.
                """)
        }
        try self.source.checkIntact()
        self.taken.insert(name)
        return tensor
    }

    private func read(_ tensor: TensorDescription, into target: UnsafeMutablePointer<Float>) {
        ctk_dequantize_row(
            ctk_type(rawValue: tensor.type.rawValue), self.source.bytes(of: tensor).baseAddress, target,
            tensor.elementCount)
    }
}
