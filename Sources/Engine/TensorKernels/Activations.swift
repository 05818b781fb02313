// SPDX-License-Identifier: Apache-2.0

package import CTensorKernels

/// The inputs of matrix products: a row of floats a token, and the same quantised in blocks of 32.
package final class Activations {
    /// The buffers as the kernels see them.
    package let view: ctk_activations
    /// Columns of a row.
    package let columns: Int
    private let values: Buffer<Float>
    private let quants: Buffer<Int8>
    private let refined: Buffer<UInt8>
    private let floats: Buffer<Float>
    private let offsets: Buffer<Int32>

    /// Reserves room.
    ///
    /// - Parameters:
    ///   - tokens: The most rows.
    ///   - columns: The width, a multiple of 32.
    package init(tokens: Int, columns: Int) {
        let blocks = tokens * columns / CTK_BLOCK_COLUMNS
        let stride = tokens + 63
        self.columns = columns
        self.values = Buffer(count: tokens * columns)
        self.quants = Buffer(count: 2 * tokens * columns)
        self.refined = Buffer(count: columns / CTK_BLOCK_COLUMNS * stride)
        self.floats = Buffer(count: 4 * blocks)
        self.offsets = Buffer(count: 6 * blocks)
        self.view = ctk_activations(
            values: self.values.base, quants: self.quants.base, fine: self.quants.base + tokens * columns,
            refined: self.refined.base, scales: self.floats.base, sums: self.floats.base + blocks,
            offsets: self.offsets.base, fine_offsets: self.offsets.base + blocks,
            half_sums: self.floats.base + 2 * blocks, half_offsets: self.offsets.base + 2 * blocks,
            fine_half_offsets: self.offsets.base + 4 * blocks, columns: columns, token_stride: stride)
    }

    /// A token's row of floats, to be written before it is quantised.
    package func row(_ token: Int) -> UnsafeMutablePointer<Float> { self.values.base + token * self.columns }

    /// The buffers as the kernels see them when a later token is the first.
    func view(from token: Int) -> ctk_activations {
        let (elements, blocks) = (token * self.columns, token * (self.columns / CTK_BLOCK_COLUMNS))
        var view = self.view
        view.values += elements
        view.quants += elements
        view.fine += elements
        view.refined += token
        view.scales += blocks
        view.sums += blocks
        view.offsets += blocks
        view.fine_offsets += blocks
        view.half_sums += 2 * blocks
        view.half_offsets += 2 * blocks
        view.fine_half_offsets += 2 * blocks
        return view
    }

    /// Quantises a token's row.
    ///
    /// - Parameters:
    ///   - token: Which row.
    ///   - threshold: Blocks whose squared scale is more than this many times the row's average get 16 bits; 0: all.
    ///   - kernels: What computes it.
    package func quantize(_ token: Int, refinedAbove threshold: Float, kernels: Kernels) {
        withUnsafePointer(to: self.view) { kernels.table.pointee.quantize($0, token, threshold) }
    }
}
