// SPDX-License-Identifier: Apache-2.0

internal import _Differentiation

extension Tensor {
    /// The rows of this tensor, and after them those of another.
    ///
    /// - Parameter below: A tensor with as many columns, both of rows × columns.
    @differentiable(reverse)
    package func stacked(on below: Tensor) -> Tensor {
        precondition(self.columns == below.columns, "\(self.shape) and \(below.shape) are not stacked.")
        return Tensor.make([self.rows + below.rows, self.columns]) { out in
            out.update(from: self.base, count: self.count)
            (out + self.count).update(from: below.base, count: below.count)
        }
    }

    @derivative(of: stacked)
    package func stackedDerivative(on below: Tensor) -> (value: Tensor, pullback: (Tensor) -> (Tensor, Tensor)) {
        let (shape, other, count) = (self.shape, below.shape, self.count)
        return (
            self.stacked(on: below),
            { gradient in
                if gradient.isZero { return (gradient, gradient) }
                return (
                    Tensor.make(shape) { $0.update(from: gradient.base, count: count) },
                    Tensor.make(other) { $0.update(from: gradient.base + count, count: gradient.count - count) }
                )
            }
        )
    }
}
