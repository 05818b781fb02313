// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels
internal import _Differentiation

extension Tensor {
    /// Rows of this table, by their numbers.
    ///
    /// - Parameter rows: From 0 to the number of rows, any of them more than once.
    /// - Returns: As many rows.
    @differentiable(reverse,wrt: self)
    package func gathering(_ rows: [Int]) -> Tensor {
        let columns = self.columns
        return Tensor.make([rows.count, columns]) { out in
            for (index, row) in rows.enumerated() {
                precondition(row >= 0 && row < self.rows, "There is no row \(row) in \(self.shape).")
                (out + index * columns).update(from: self.base + row * columns, count: columns)
            }
        }
    }

    @derivative(of: gathering, wrt: self)
    package func gatheringDerivative(_ rows: [Int]) -> (value: Tensor, pullback: (Tensor) -> Tensor) {
        let (shape, columns) = (self.shape, self.columns)
        return (
            self.gathering(rows),
            { gradient in
                if gradient.isZero { return gradient }
                var sum = Tensor(shape, repeating: 0)
                sum.withMutableBase { base in
                    ComputePool.current.compute { workers in
                        for (index, row) in rows.enumerated() {
                            workers.kernels.table.pointee.add(
                                base + row * columns, gradient.base + index * columns, columns)
                        }
                    }
                }
                return sum
            }
        )
    }
}
