// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

extension Tensor {
    /// The softmax of each row; nothing is learnt through it.
    package func softmax() -> Tensor {
        var probabilities = self
        let (rows, columns) = (self.rows, self.columns)
        probabilities.withMutableBase { base in
            ComputePool.current.compute { workers in
                for row in 0..<rows { workers.kernels.table.pointee.softmax(base + row * columns, columns, 1) }
            }
        }
        return probabilities
    }
}
