// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels
internal import _Differentiation

extension Tensor {
    /// GELU of each number, by its definition (Hendrycks and Gimpel, 2016).
    @differentiable(reverse)
    package func gelu() -> Tensor {
        self.inShares { kernels, out, range in
            kernels.table.pointee.gelu_erf(out + range.lowerBound, self.base + range.lowerBound, range.count)
        }
    }

    @derivative(of: gelu)
    package func geluDerivative() -> (value: Tensor, pullback: (Tensor) -> Tensor) {
        (
            self.gelu(),
            { gradient in
                if gradient.isZero { return gradient }
                return self.inShares { kernels, out, range in
                    let start = range.lowerBound
                    kernels.table.pointee.gelu_erf_backward(
                        out + start, self.base + start, gradient.base + start, range.count)
                }
            }
        )
    }

    /// A tensor of the same shape, written by all workers, each its range of the numbers.
    private func inShares(
        _ write: (_ kernels: Kernels, _ out: UnsafeMutablePointer<Float>, _ range: Range<Int>) -> Void
    ) -> Tensor {
        Tensor.make(self.shape) { out in
            ComputePool.current.compute { workers in
                workers.run { write(workers.kernels, out, $0.of(self.count)) }
            }
        }
    }
}
