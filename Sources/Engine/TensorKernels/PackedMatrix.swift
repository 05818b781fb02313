// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels

/// A weight matrix, its rows interleaved for the kernels.
///
/// Rows are padded with zeros to a multiple of 16, so a product writes ``paddedRows`` results a token.
package final class PackedMatrix: @unchecked Sendable {  // Written by init only.
    /// Rows, the outputs of a product.
    package let rows: Int
    /// Columns, the inputs of a product; whole blocks of the type, and a multiple of 32.
    package let columns: Int
    /// Groups of 16 rows.
    package let groupCount: Int
    private let storage: Buffer<UInt8>
    private let type: ctk_type
    private let multiply: ctk_matmul_fn

    /// Rows, padded to whole groups.
    package var paddedRows: Int { self.groupCount * CTK_GROUP_ROWS }

    /// Whether a matrix of that element type and width can be packed.
    package static func supports(type: UInt32, columns: Int) -> Bool {
        ctk_type_supported(ctk_type(rawValue: type)) && columns > 0
            && columns.isMultiple(of: max(CTK_BLOCK_COLUMNS, ctk_block_columns(ctk_type(rawValue: type))))
    }

    /// Packs the rows of a model file.
    ///
    /// - Parameters:
    ///   - type: The element type's number in GGUF; ``supports(type:columns:)`` must hold.
    ///   - rows: The number of rows.
    ///   - columns: The number of columns.
    ///   - source: The rows as the file stores them, one after the other.
    ///   - kernels: What will multiply it.
    ///   - pool: The workers that share the packing.
    package init(
        type: UInt32, rows: Int, columns: Int, source: UnsafeRawBufferPointer, kernels: Kernels, pool: WorkerPool
    ) {
        let type = ctk_type(rawValue: type)
        let rowBytes = ctk_row_bytes(type, columns)
        precondition(
            Self.supports(type: type.rawValue, columns: columns) && source.count >= rows * rowBytes,
            "the caller checks type, shape and size")
        let groupRows = CTK_GROUP_ROWS
        let groupBytes = ctk_group_bytes(type, columns)
        self.rows = rows
        self.columns = columns
        self.groupCount = (rows + groupRows - 1) / groupRows
        self.type = type
        self.storage = Buffer(uninitializedCount: self.groupCount * groupBytes)
        self.multiply = ctk_matmul(kernels.table, type)
        guard let first = source.baseAddress else { return }
        let (storage, groupCount) = (self.storage.base, self.groupCount)
        pool.run { worker in
            for group in worker.share(of: groupCount) {
                let count = min(groupRows, rows - group * groupRows)
                ctk_pack_group(
                    type, first + group * groupRows * rowBytes, count, columns, storage + group * groupBytes)
            }
        }
    }

    /// Reads a row as floats.
    ///
    /// - Parameters:
    ///   - row: Below ``rows``.
    ///   - output: Room for ``columns`` floats.
    package func read(_ row: Int, into output: UnsafeMutablePointer<Float>) {
        guard (0..<self.rows).contains(row) else { return }
        var matrix = self.view
        ctk_dequantize_lane(self.type, &matrix, row, output)
    }

    private var view: ctk_matrix {
        ctk_matrix(
            groups: self.storage.base, columns: self.columns, group_bytes: ctk_group_bytes(self.type, self.columns))
    }

    /// Multiplies some groups of rows with `tokens` rows of `x`.
    ///
    /// - Parameters:
    ///   - groups: Which groups of 16 rows.
    ///   - x: Inputs, quantised.
    ///   - first: The first row of `x`.
    ///   - tokens: How many rows of `x`.
    ///   - output: The result of row 0 and of the first row of `x`.
    ///   - stride: Floats between the results of two tokens.
    package func multiply(
        groups: Range<Int>, _ x: Activations, from first: Int = 0, tokens: Int,
        into output: UnsafeMutablePointer<Float>, stride: Int
    ) {
        var matrix = self.view
        withUnsafePointer(to: x.view(from: first)) {
            self.multiply(&matrix, groups.lowerBound, groups.upperBound, $0, tokens, output, stride)
        }
    }
}
