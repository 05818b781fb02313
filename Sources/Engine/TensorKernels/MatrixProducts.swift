// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels

/// Products of float matrices, by the workers of a pool.
///
/// It belongs to the pool's owner: one product at a time.
package final class MatrixProducts {
    /// How many steps of the inner dimension are packed at a time.
    private static let depth = 384
    /// Products of fewer multiplications are one worker's: to wake others would take longer.
    private static let shared = 1 << 16
    /// Up to so many rows, packing the right side would take longer than the product.
    private static let few = 4
    /// Workers' shares of the columns of such a product begin at multiples.
    private static let fewColumns = 64

    private let pool: WorkerPool?
    private let kernels: Kernels
    private let precision: ProductPrecision
    private var packed = Buffer<Float>(uninitializedCount: 0)
    private let scratch: [Buffer<Float>]

    /// Prepares products.
    ///
    /// - Parameters:
    ///   - pool: Who multiplies; nil for the caller alone.
    ///   - kernels: How.
    ///   - precision: What numbers are rounded to before they are multiplied.
    package init(_ pool: WorkerPool?, kernels: Kernels = .best, precision: ProductPrecision = .float32) {
        (self.pool, self.kernels, self.precision) = (pool, kernels, precision)
        let rows = Int(kernels.table.pointee.gemm_block)
        self.scratch = (0..<(pool?.count ?? 1)).map { _ in Buffer(uninitializedCount: rows * Self.depth) }
    }

    /// Multiplies two matrices.
    ///
    /// - Parameters:
    ///   - left: rows × inner.
    ///   - right: inner × columns.
    ///   - out: rows × columns, which overlaps neither side.
    ///   - stride: How many floats are between the beginnings of two rows of `out`; nil where nothing is.
    ///   - adds: Whether the product is added to what is there.
    package func multiply(
        _ left: MatrixView, _ right: MatrixView, into out: UnsafeMutablePointer<Float>, stride: Int? = nil,
        adds: Bool = false
    ) {
        precondition(left.columns == right.rows, "\(left.columns) columns do not meet \(right.rows) rows.")
        let (rows, inner, columns) = (left.rows, left.columns, right.columns)
        guard rows > 0, columns > 0 else { return }
        if rows <= Self.few, self.precision == .float32, left.columnStride == 1,
            right.columnStride == 1 || right.rowStride == 1
        {
            return self.multiplyFew(left, right, out, stride ?? columns, adds)
        }
        let table = self.kernels.table.pointee
        let panels = (columns + Int(table.gemm_columns) - 1) / Int(table.gemm_columns)
        let room = panels * Int(table.gemm_columns) * min(max(inner, 1), Self.depth)
        if self.packed.count < room { self.packed = Buffer(uninitializedCount: room) }
        let call = ctk_gemm(
            left: left.view, right: right.view, out: out, out_stride: stride ?? columns, columns: columns,
            packed: self.packed.base, adds: adds)
        let tiles = (rows + Int(table.gemm_rows) - 1) / Int(table.gemm_rows)
        let isHalf = self.precision == .bfloat16
        let (pack, multiplyPanels) =
            isHalf ? (table.gemm16_pack, table.gemm16_multiply) : (table.gemm_pack, table.gemm_multiply)
        func work(_ index: Int, _ count: Int, _ barrier: () -> Void) {
            var call = call
            let share = tiles * index / count * Int(table.gemm_rows)
            let end = min(rows, tiles * (index + 1) / count * Int(table.gemm_rows))
            // Without steps there is still a product: zeros.
            for step in Swift.stride(from: 0, to: max(inner, 1), by: Self.depth) {
                let depth = min(Self.depth, inner - step)
                pack?(&call, step, depth, panels * index / count, panels * (index + 1) / count)
                barrier()
                multiplyPanels?(&call, step, depth, share, end, self.scratch[index].base)
                barrier()
                call.adds = true
            }
        }
        guard let pool, rows * columns * inner >= Self.shared else { return work(0, 1) {} }
        pool.run { worker in work(worker.index, worker.count) { worker.barrier() } }
    }

    /// Multiplies few rows, as where a text is written piece by piece; the right side is read where it is.
    private func multiplyFew(
        _ left: MatrixView, _ right: MatrixView, _ out: UnsafeMutablePointer<Float>, _ stride: Int, _ adds: Bool
    ) {
        let (rows, inner, columns) = (left.rows, left.columns, right.columns)
        let multiplyColumns = self.kernels.table.pointee.gemm_few
        var call = ctk_gemm(
            left: left.view, right: right.view, out: out, out_stride: stride, columns: columns, packed: nil, adds: adds)
        guard let pool, rows * columns * inner >= Self.shared else {
            multiplyColumns?(&call, rows, inner, 0, columns)
            return
        }
        let groups = (columns + Self.fewColumns - 1) / Self.fewColumns
        pool.run { worker in
            var call = call
            let begin = groups * worker.index / worker.count * Self.fewColumns
            let end = min(columns, groups * (worker.index + 1) / worker.count * Self.fewColumns)
            if begin < end { multiplyColumns?(&call, rows, inner, begin, end) }
        }
    }
}
