// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

/// A matrix of which single rows are read, stored as the file has it.
///
/// Matrices that are multiplied interleave their rows; to read one row of such a matrix touches sixteen times the memory.
final class RowTable: @unchecked Sendable {  // Written by init only.
    let rows: Int
    let columns: Int
    private let storage: Buffer<UInt8>
    private let rowBytes: Int
    private let type: ctk_type

    /// Copies rows that lie one after the other; the caller has checked type and size.
    init(type: ctk_type, rows: Int, columns: Int, source: UnsafeRawBufferPointer) {
        self.rows = rows
        self.columns = columns
        self.type = type
        self.rowBytes = ctk_row_bytes(type, columns)
        self.storage = Buffer(uninitializedCount: rows * self.rowBytes)
        UnsafeMutableRawBufferPointer(start: self.storage.base, count: self.storage.count).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: source.prefix(self.storage.count)))
    }

    /// Reads a row below ``rows`` as floats.
    func read(_ row: Int, into output: UnsafeMutablePointer<Float>) {
        ctk_dequantize_row(self.type, self.storage.base + row * self.rowBytes, output, self.columns)
    }
}
