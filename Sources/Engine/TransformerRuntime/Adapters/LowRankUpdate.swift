// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

/// What an adapter adds to some results of a product: up(down(x)), through a narrow middle.
struct LowRankUpdate: Sendable {
    /// Where the results begin in a token's row, and how many there are.
    let offset: Int
    let rows: Int
    /// Values in the middle, padded with zeros to whole blocks.
    let rank: Int
    private let down: PackedMatrix
    private let up: PackedMatrix

    /// Floats of a token's result, padded.
    var width: Int { self.up.paddedRows }

    /// Packs the two matrices.
    ///
    /// - Parameters:
    ///   - module: What the update changes.
    ///   - rank: Rows of `down` and columns of `up`.
    ///   - scale: What the result is multiplied with; `up` takes it in.
    ///   - down: Rows as wide as the module's inputs.
    ///   - up: Rows of `rank` values, a row a result.
    ///   - kernels: What will multiply them.
    ///   - pool: The workers that share the packing.
    init(
        _ module: AdaptedModule, rank: Int, scale: Float, down: [Float], up: [Float], kernels: Kernels, pool: WorkerPool
    ) {
        let block = Int(CTK_BLOCK_COLUMNS)
        let padded = (rank + block - 1) / block * block
        func pack(_ values: [Float], rows: Int, columns: Int) -> PackedMatrix {
            values.withUnsafeBytes {
                PackedMatrix(
                    type: CTK_F32.rawValue, rows: rows, columns: columns, source: $0, kernels: kernels, pool: pool)
            }
        }
        self.offset = module.offset
        self.rows = module.rows
        self.rank = padded
        let zeros = [Float](repeating: 0, count: (padded - rank) * module.columns)
        self.down = pack(down + zeros, rows: padded, columns: module.columns)
        var scaled = [Float](repeating: 0, count: module.rows * padded)
        for row in 0..<module.rows {
            let target = module.place(of: row) * padded
            for index in 0..<rank { scaled[target + index] = up[row * rank + index] * scale }
        }
        self.up = pack(scaled, rows: module.rows, columns: padded)
    }

    /// Adds the update to the results of some rows.
    ///
    /// - Parameters:
    ///   - inputs: The product's inputs.
    ///   - rows: Which rows of them.
    ///   - results: Where the results of row 0 begin.
    ///   - stride: Floats between the results of two rows.
    ///   - scratch: One worker's memory.
    ///   - kernels: What computes it.
    func add(
        _ inputs: Activations, rows: Range<Int>, to results: UnsafeMutablePointer<Float>, stride: Int,
        scratch: AdapterScratch, kernels: Kernels
    ) {
        let middle = scratch.middle(of: self.rank)
        for start in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: AdapterScratch.tokens) {
            let count = min(AdapterScratch.tokens, rows.upperBound - start)
            self.down.multiply(
                groups: 0..<self.down.groupCount, inputs, from: start, tokens: count, into: middle.row(0),
                stride: self.rank)
            let output = scratch.output(width: self.width)
            self.up.multiply(
                groups: 0..<self.up.groupCount, middle, tokens: count, into: output, stride: self.width)
            for row in 0..<count {
                kernels.table.pointee.add(
                    results + (start + row) * stride + self.offset, output + row * self.width, self.rows)
            }
        }
    }
}
