// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels

/// Matrices with the same inputs whose results stand side by side, multiplied as if they were one.
struct MatrixStack: Sendable {
    private let matrices: [PackedMatrix]
    /// Where each matrix's results begin in a token's row.
    let offsets: [Int]
    /// Floats of a token's row of results.
    let width: Int
    private let groupCount: Int

    init(_ matrices: [PackedMatrix]) {
        var offsets = [Int]()
        var width = 0
        for matrix in matrices {
            offsets.append(width)
            width += matrix.paddedRows
        }
        self.matrices = matrices
        self.offsets = offsets
        self.width = width
        self.groupCount = matrices.reduce(0) { $0 + $1.groupCount }
    }

    /// Multiplies this worker's share of the rows with `tokens` rows of `x`, from row `first` on.
    ///
    /// - Parameters:
    ///   - x: The inputs, quantised.
    ///   - first: The first row of `x`.
    ///   - tokens: How many rows.
    ///   - output: Where the results of row `first` begin.
    ///   - worker: Who multiplies.
    func multiply(
        _ x: Activations, from first: Int = 0, tokens: Int, into output: UnsafeMutablePointer<Float>,
        worker: WorkerPool.Worker
    ) {
        let share = worker.share(of: self.groupCount)
        var start = 0
        for (matrix, offset) in zip(self.matrices, self.offsets) {
            let groups = (share.lowerBound - start..<share.upperBound - start).clamped(to: 0..<matrix.groupCount)
            if !groups.isEmpty {
                matrix.multiply(
                    groups: groups, x, from: first, tokens: tokens, into: output + offset, stride: self.width)
            }
            start += matrix.groupCount
        }
    }
}
