// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import _Differentiation

extension Tensor {
    /// Each number times the logistic function of a gate, by which a model opens and shuts a channel.
    ///
    /// - Parameter gates: A tensor of this one's shape.
    @differentiable(reverse)
    package func gated(by gates: Tensor) -> Tensor {
        precondition(self.shape == gates.shape, "Gates of \(gates.shape) for \(self.shape).")
        return Self.inShares(self.shape) { out, index in
            out[index] = self.base[index] * Self.logistic(gates.base[index])
        }
    }

    @derivative(of: gated)
    package func gatedDerivative(by gates: Tensor) -> (value: Tensor, pullback: (Tensor) -> (Tensor, Tensor)) {
        (
            self.gated(by: gates),
            { gradient in
                if gradient.isZero { return (gradient, gradient) }
                let slopes = Self.inShares(self.shape) { out, index in
                    let open = Self.logistic(gates.base[index])
                    out[index] = gradient.base[index] * self.base[index] * open * (1 - open)
                }
                return (gradient.gated(by: gates), slopes)
            }
        )
    }

    /// 1 / (1 + exp(-x)).
    static func logistic(_ value: Float) -> Float { 1 / (1 + exp(-value)) }

    /// A tensor whose numbers are written one by one, each worker its share of them.
    private static func inShares(
        _ shape: [Int], _ write: (_ out: UnsafeMutablePointer<Float>, _ index: Int) -> Void
    ) -> Tensor {
        let count = shape.reduce(1, *)
        return Tensor.make(shape) { out in
            ComputePool.current.compute { workers in
                workers.run { share in for index in share.of(count) { write(out, index) } }
            }
        }
    }
}
