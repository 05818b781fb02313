// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import LLMCore
internal import ModelFiles

/// A matrix that stays in the file; single rows are read as floats.
struct RowTable: Sendable {
    private let file: GGUFFile
    private let tensor: GGUFTensor
    private let columns: Int
    private let rowBytes: Int

    init(file: GGUFFile, tensor: GGUFTensor, columns: Int) throws {
        let type = ctk_type(rawValue: tensor.type.rawValue)
        guard ctk_type_supported(type), columns.isMultiple(of: tensor.type.elementsPerBlock) else {
            throw TransformerError(
                .unsupported, "Tensor '\(tensor.name)' of type \(tensor.type.name) cannot be read row by row.")
        }
        self.file = file
        self.tensor = tensor
        self.columns = columns
        self.rowBytes = ctk_row_bytes(type, columns)
    }

    func read(_ row: Int, into output: UnsafeMutablePointer<Float>) {
        let bytes = self.file.bytes(of: self.tensor)
        guard let base = bytes.baseAddress, (row + 1) * self.rowBytes <= bytes.count else { return }
        let type = ctk_type(rawValue: self.tensor.type.rawValue)
        ctk_dequantize_row(type, base + row * self.rowBytes, output, self.columns)
    }
}
