// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import LLMCore
internal import ModelFiles
internal import TensorKernels

/// Takes tensors out of a model's files by name and shape, and remembers which it took.
final class TensorLoader {
    let source: ModelSource
    let tensors: any TensorSource
    private let kernels: Kernels
    private let pool: WorkerPool
    private var taken: Set<String> = []

    private static let supportedTypes = TensorType.allCases.filter { ctk_type_supported(ctk_type($0.rawValue)) }
        .map(\.name).joined(separator: ", ")

    /// Nothing is taken yet.
    init(_ source: ModelSource, kernels: Kernels, pool: WorkerPool) {
        self.source = source
        self.tensors = source.tensors
        self.kernels = kernels
        self.pool = pool
    }

    /// A matrix with `columns` inputs and `rows` outputs, packed.
    func matrix(_ name: String, columns: Int, rows: Int) throws -> PackedMatrix {
        try self.matrices(name, columns: columns, rows: rows, count: 1)[0]
    }

    /// Matrices of one shape that stand one after the other in a tensor, packed.
    func matrices(_ name: String, columns: Int, rows: Int, count: Int) throws -> [PackedMatrix] {
        let dimensions = count == 1 ? [columns, rows] : [columns, rows, count]
        return try self.split(name, dimensions: dimensions, rows: Array(repeating: rows, count: count))
    }

    /// The matrices whose rows stand one after the other in a matrix, packed.
    func split(_ name: String, columns: Int, rows: [Int]) throws -> [PackedMatrix] {
        try self.split(name, dimensions: [columns, rows.reduce(0, +)], rows: rows)
    }

    private func split(_ name: String, dimensions: [Int], rows: [Int]) throws -> [PackedMatrix] {
        let tensor = try self.take(name, dimensions: dimensions)
        let (type, columns) = (tensor.type.rawValue, dimensions[0])
        guard PackedMatrix.supports(type: type, columns: columns) else {
            throw TransformerError(
                .unsupported,
                """
                Tensor '\(name)' has the type \(tensor.type.name), which cannot run here. Take the model in a supported type \
                (\(Self.supportedTypes)), or make one from its F16, BF16 or F32 file: autoglm quantize.
                """)
        }
        // The packed copy serves from here on.
        defer { self.tensors.adviseUnneeded(tensor) }
        var bytes = self.tensors.bytes(of: tensor)[...]
        let rowBytes = bytes.count / rows.reduce(0, +)
        return rows.map { rows in
            let source = UnsafeRawBufferPointer(rebasing: bytes.prefix(rows * rowBytes))
            bytes = bytes.dropFirst(rows * rowBytes)
            return PackedMatrix(
                type: type, rows: rows, columns: columns, source: source, kernels: self.kernels, pool: self.pool)
        }
    }

    /// A vector as floats, with `offset` added to each.
    func vector(_ name: String, count: Int, adding offset: Float = 0) throws -> FloatVector {
        let values = try self.floats(name, count: count)
        return FloatVector(count: count) { for index in 0..<count { $0[index] = values[index] + offset } }
    }

    /// A vector's numbers.
    func floats(_ name: String, count: Int) throws -> [Float] {
        let tensor = try self.take(name, dimensions: [count])
        let type = ctk_type(rawValue: tensor.type.rawValue)
        guard ctk_type_supported(type), count.isMultiple(of: tensor.type.elementsPerBlock) else {
            throw TransformerError(
                .unsupported, "Tensor '\(tensor.name)' of type \(tensor.type.name) cannot be read as a vector.")
        }
        let bytes = self.tensors.bytes(of: tensor)
        return [Float](unsafeUninitializedCapacity: count) { values, initialized in
            if let base = values.baseAddress { ctk_dequantize_row(type, bytes.baseAddress, base, count) }
            initialized = count
        }
    }

    /// Whether the files have a tensor.
    func has(_ name: String) throws -> Bool { try self.tensors.tensor(named: name) != nil }

    /// Says of a tensor that it is known and changes nothing.
    func ignore(_ name: String) { self.taken.insert(name) }

    /// Fails when the files have tensors that nobody took: they would change the result.
    func checkAllTaken(architecture: String) throws {
        let names = self.tensors.tensors.map(\.name) + self.tensors.unreadableTensors.keys.sorted()
        let left = names.filter { !self.taken.contains($0) && !Self.isDerived($0) }
        guard let first = left.first else { return }
        throw TransformerError(
            .unsupported,
            "This model has \(left.count) tensors that the architecture '\(architecture)' does not use here, such as '\(first)'."
        )
    }

    /// Whether a tensor only repeats what the settings say: old folders store the frequencies of RoPE.
    private static func isDerived(_ name: String) -> Bool { name.hasSuffix(".rotary_emb.inv_freq") }

    /// A tensor that must be there and have this shape.
    func take(_ name: String, dimensions: [Int]) throws -> TensorDescription {
        guard let tensor = try self.tensors.tensor(named: name) else {
            throw TransformerError(.missingTensor, "The model's files lack the tensor '\(name)'.")
        }
        // Both forms write a single row as a vector here and as a matrix there.
        guard tensor.dimensions.filter({ $0 != 1 }) == dimensions.filter({ $0 != 1 }) else {
            throw TransformerError(
                .missingTensor,
                "Tensor '\(name)' has the shape \(tensor.dimensions); the model's settings ask for \(dimensions).")
        }
        try self.tensors.checkIntact()
        self.taken.insert(name)
        return tensor
    }
}
