// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

/// The matrix of a layer in blocks of 8 bits (GGUF's Q8_0), which rows are multiplied with in integers: for models that are trained.
package final class QuantizedMatrix: Sendable {
    private let matrix: PackedMatrix
    /// Blocks of inputs whose squared scale is more than this many times their row's average are given 16 bits, as in the engine.
    private static let refinement: Float = 8

    /// Turns a matrix into another type.
    ///
    /// - Parameter weights: inputs × outputs, finite numbers.
    /// - Returns: nil where the inputs are not whole blocks of 32, the outputs not whole groups of 16, or the system gives no thread.
    package init?(_ weights: Tensor) {
        guard weights.shape.count == 2, let pool = try? WorkerPool(count: 1) else { return nil }
        let (inputs, outputs, type) = (weights.shape[0], weights.shape[1], CTK_Q8_0)
        guard inputs > 0, inputs % 32 == 0, outputs > 0, outputs % 16 == 0 else { return nil }
        let rowBytes = ctk_row_bytes(type, inputs)
        var (bytes, row) = ([UInt8](repeating: 0, count: outputs * rowBytes), [Float](repeating: 0, count: inputs))
        let isEncoded = bytes.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            for output in 0..<outputs {
                for input in 0..<inputs { row[input] = weights.base[input * outputs + output] }
                guard ctk_encode_row(type, row, base + output * rowBytes, inputs) else { return false }
            }
            return true
        }
        guard isEncoded else { return nil }
        self.matrix = bytes.withUnsafeBytes { source in
            PackedMatrix(
                type: type.rawValue, rows: outputs, columns: inputs, source: source, kernels: .best, pool: pool)
        }
    }

    /// Each row times the matrix.
    package func product(of rows: Tensor) -> Tensor {
        precondition(rows.columns == self.matrix.columns, "\(rows.shape) for \(self.matrix.columns) inputs.")
        let (matrix, count, columns) = (self.matrix, rows.rows, rows.columns)
        return Tensor.make(Array(rows.shape.dropLast()) + [matrix.rows]) { out in
            ComputePool.current.compute { workers in
                let inputs = Activations(tokens: count, columns: columns)
                workers.run { share in
                    for row in share.of(count) {
                        inputs.row(row).update(from: rows.base + row * columns, count: columns)
                        inputs.quantize(row, refinedAbove: Self.refinement, kernels: workers.kernels)
                    }
                }
                workers.run { share in
                    matrix.multiply(
                        groups: share.of(matrix.groupCount), inputs, tokens: count, into: out, stride: matrix.rows)
                }
            }
        }
    }
}
