// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels
internal import _Differentiation

extension Tensor {
    /// Each row times a matrix.
    ///
    /// - Parameter weights: inner × columns, where the rows of this tensor have `inner` numbers.
    /// - Returns: A tensor of this one's shape with `columns` as its last dimension.
    @differentiable(reverse)
    package func times(_ weights: Tensor) -> Tensor {
        Self.product(self.matrix, weights.matrix, as: Array(self.shape.dropLast()) + [weights.columns])
    }

    @derivative(of: times(_:))
    package func timesDerivative(
        _ weights: Tensor
    ) -> (value: Tensor, pullback: (Tensor) -> (Tensor, Tensor)) {
        let product = self.times(weights)
        return (
            product,
            { gradient in
                if gradient.isZero { return (gradient, gradient) }
                return (
                    Self.product(gradient.matrix, weights.matrix.transposed, as: self.shape),
                    Self.product(self.matrix.transposed, gradient.matrix, as: weights.shape)
                )
            }
        )
    }

    /// Each row times a matrix that is turned over, as where a table of embeddings gives the logits as well (Press and Wolf, 2017).
    ///
    /// - Parameter table: columns × inner, where the rows of this tensor have `inner` numbers.
    /// - Returns: A tensor of this one's shape with `columns` as its last dimension.
    @differentiable(reverse)
    package func times(rowsOf table: Tensor) -> Tensor {
        Self.product(self.matrix, table.matrix.transposed, as: Array(self.shape.dropLast()) + [table.rows])
    }

    @derivative(of: times(rowsOf:))
    package func timesRowsDerivative(
        rowsOf table: Tensor
    ) -> (value: Tensor, pullback: (Tensor) -> (Tensor, Tensor)) {
        (
            self.times(rowsOf: table),
            { gradient in
                if gradient.isZero { return (gradient, gradient) }
                return (
                    Self.product(gradient.matrix, table.matrix, as: self.shape),
                    Self.product(gradient.matrix.transposed, self.matrix, as: table.shape)
                )
            }
        )
    }

    /// The tensor as a matrix of its rows.
    private var matrix: MatrixView { MatrixView(self.base, rows: self.rows, columns: self.columns) }

    private static func product(_ left: MatrixView, _ right: MatrixView, as shape: [Int]) -> Tensor {
        Tensor.make(shape) { out in ComputePool.current.compute { $0.products.multiply(left, right, into: out) } }
    }
}
