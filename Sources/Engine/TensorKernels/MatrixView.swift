// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels

/// A matrix of floats as a product reads it: as it lies in memory, or turned over.
///
/// It does not own the memory.
package struct MatrixView {
    let base: UnsafePointer<Float>
    /// How many rows and columns it has.
    package let rows: Int, columns: Int
    let rowStride: Int
    let columnStride: Int

    /// Looks at a matrix whose rows lie one after the other.
    ///
    /// - Parameter stride: How many floats are between the beginnings of two rows; nil where nothing is.
    package init(_ base: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
        self.init(base, rows, columns, stride ?? columns, 1)
    }

    private init(_ base: UnsafePointer<Float>, _ rows: Int, _ columns: Int, _ rowStride: Int, _ columnStride: Int) {
        (self.base, self.rows, self.columns) = (base, rows, columns)
        (self.rowStride, self.columnStride) = (rowStride, columnStride)
    }

    /// The same memory with rows for columns.
    package var transposed: Self { Self(self.base, self.columns, self.rows, self.columnStride, self.rowStride) }

    var view: ctk_gemm_side { ctk_gemm_side(values: self.base, row: self.rowStride, column: self.columnStride) }
}
