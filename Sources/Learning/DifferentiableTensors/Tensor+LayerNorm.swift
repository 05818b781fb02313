// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels
internal import _Differentiation

extension Tensor {
    /// Each row with mean 0 and variance 1, then scaled and shifted (Ba, Kiros and Hinton, 2016).
    ///
    /// - Parameters:
    ///   - weight: The factor of each number of a row.
    ///   - bias: What is added to each number of a row.
    ///   - epsilon: Added to the variance.
    @differentiable(reverse,wrt: (self, weight, bias))
    package func normalized(weight: Tensor, bias: Tensor, epsilon: Float = 1e-5) -> Tensor {
        precondition(weight.count == self.columns && bias.count == self.columns)
        return Tensor.make(self.shape) { out in
            ComputePool.current.compute { workers in
                workers.run { share in
                    for row in share.of(self.rows) {
                        let start = row * self.columns
                        workers.kernels.table.pointee.layer_norm(
                            out + start, self.base + start, weight.base, bias.base, self.columns, epsilon)
                    }
                }
            }
        }
    }

    @derivative(of: normalized, wrt: (self, weight, bias))
    package func normalizedDerivative(
        weight: Tensor, bias: Tensor, epsilon: Float = 1e-5
    ) -> (value: Tensor, pullback: (Tensor) -> (Tensor, Tensor, Tensor)) {
        (
            self.normalized(weight: weight, bias: bias, epsilon: epsilon),
            { gradient in
                gradient.isZero
                    ? (gradient, gradient, gradient)
                    : self.normalizedGradients(of: gradient, weight: weight, epsilon: epsilon)
            }
        )
    }

    private func normalizedGradients(
        of gradient: Tensor, weight: Tensor, epsilon: Float
    ) -> (own: Tensor, weight: Tensor, bias: Tensor) {
        let columns = self.columns
        // Each worker sums for itself: weights in the first half of its row, biases in the second.
        var sums = Tensor.zero
        let own = Tensor.make(self.shape) { out in
            ComputePool.current.compute { workers in
                sums = Tensor([workers.count, 2 * columns], repeating: 0)
                sums.withMutableBase { sums in
                    workers.run { share in
                        let part = sums + share.index * 2 * columns
                        for row in share.of(self.rows) {
                            let start = row * columns
                            workers.kernels.table.pointee.layer_norm_backward(
                                out + start, part, part + columns, self.base + start, weight.base,
                                gradient.base + start,
                                columns, epsilon)
                        }
                    }
                }
            }
        }
        let total = sums.sumOfRows()
        return (own, total.part(0..<columns, as: weight.shape), total.part(columns..<2 * columns, as: weight.shape))
    }

    private func part(_ range: Range<Int>, as shape: [Int]) -> Tensor {
        Tensor.make(shape) { $0.update(from: self.base + range.lowerBound, count: range.count) }
    }
}
