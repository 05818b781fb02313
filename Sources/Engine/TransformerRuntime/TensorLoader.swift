// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import LLMCore
internal import ModelFiles
internal import TensorKernels

/// Takes tensors out of a file by name and shape, and remembers which it took.
struct TensorLoader {
    let file: GGUFFile
    let kernels: Kernels
    let pool: WorkerPool
    private(set) var taken: Set<String> = []

    init(file: GGUFFile, kernels: Kernels, pool: WorkerPool) {
        self.file = file
        self.kernels = kernels
        self.pool = pool
    }

    /// A matrix with `columns` inputs and `rows` outputs, packed.
    mutating func matrix(_ name: String, columns: Int, rows: Int) throws -> PackedMatrix {
        let tensor = try self.take(name, dimensions: [columns, rows])
        guard PackedMatrix.supports(type: tensor.type.rawValue, columns: columns) else {
            throw TransformerError(
                .unsupported,
                "Tensor '\(name)' has the type \(tensor.type.name); supported are F32, F16, BF16, Q8_0, Q4_0 and Q4_1.")
        }
        // The packed copy serves from here on.
        defer { self.file.adviseUnneeded(tensor) }
        return PackedMatrix(
            type: tensor.type.rawValue, rows: rows, columns: columns, source: self.file.bytes(of: tensor),
            kernels: self.kernels, pool: self.pool)
    }

    /// A vector as floats.
    mutating func vector(_ name: String, count: Int) throws -> FloatVector {
        let tensor = try self.take(name, dimensions: [count])
        let type = ctk_type(rawValue: tensor.type.rawValue)
        guard ctk_type_supported(type), count.isMultiple(of: tensor.type.elementsPerBlock) else {
            throw TransformerError(
                .unsupported, "Tensor '\(tensor.name)' of type \(tensor.type.name) cannot be read as a vector.")
        }
        let bytes = self.file.bytes(of: tensor)
        return FloatVector(count: count) { ctk_dequantize_row(type, bytes.baseAddress, $0, count) }
    }

    func has(_ name: String) -> Bool { self.file.tensor(named: name) != nil }

    /// Fails when the file has tensors that nobody took: they would change the result.
    func checkAllTaken() throws {
        let left = self.file.tensors.map(\.name).filter { !self.taken.contains($0) }
        guard let first = left.first else { return }
        throw TransformerError(
            .unsupported,
            "This model has \(left.count) tensors that the architecture 'llama' does not use here, such as '\(first)'.")
    }

    private mutating func take(_ name: String, dimensions: [Int]) throws -> TensorDescription {
        guard let tensor = self.file.tensor(named: name) else {
            throw TransformerError(.missingTensor, "The model file lacks the tensor '\(name)'.")
        }
        guard tensor.dimensions == dimensions else {
            throw TransformerError(
                .missingTensor,
                "Tensor '\(name)' has the shape \(tensor.dimensions); the model's settings ask for \(dimensions).")
        }
        try self.file.checkIntact()
        self.taken.insert(name)
        return tensor
    }
}
