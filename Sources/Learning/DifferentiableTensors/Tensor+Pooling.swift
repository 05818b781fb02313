// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels
internal import _Differentiation

extension Tensor {
    /// The mean of the rows of each group; zeros where a group has none.
    ///
    /// - Returns: groups × ``columns``.
    @differentiable(reverse,wrt: self)
    package func pooling(_ groups: RowGroups) -> Tensor {
        let columns = self.columns
        return Tensor.make([groups.count, columns]) { out in
            out.update(repeating: 0, count: groups.count * columns)
            ComputePool.current.compute { workers in
                workers.run { share in
                    for group in share.of(groups.count) {
                        let (rows, target) = (groups[group], out + group * columns)
                        for row in rows {
                            precondition(row >= 0 && row < self.rows, "There is no row \(row) in \(self.shape).")
                            workers.kernels.table.pointee.add(target, self.base + row * columns, columns)
                        }
                        if rows.count > 1 {
                            let factor = 1 / Float(rows.count)
                            for column in 0..<columns { target[column] *= factor }
                        }
                    }
                }
            }
        }
    }

    @derivative(of: pooling, wrt: self)
    package func poolingDerivative(_ groups: RowGroups) -> (value: Tensor, pullback: (Tensor) -> Tensor) {
        let (shape, columns) = (self.shape, self.columns)
        return (
            self.pooling(groups),
            { gradient in
                if gradient.isZero { return gradient }
                var sum = Tensor(shape, repeating: 0)
                sum.withMutableBase { base in
                    for group in 0..<groups.count {
                        let (rows, source) = (groups[group], gradient.base + group * columns)
                        let factor = 1 / Float(max(1, rows.count))
                        for row in rows {
                            let target = base + row * columns
                            for column in 0..<columns { target[column] += source[column] * factor }
                        }
                    }
                }
                return sum
            }
        )
    }
}
