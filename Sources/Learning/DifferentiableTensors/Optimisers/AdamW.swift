// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import Foundation
internal import TensorKernels
package import _Differentiation

/// Steps along means of gradients, each weight by the size of its own (Kingma and Ba, 2015), with weights that decay apart from them
/// (Loshchilov and Hutter, 2019).
package struct AdamW: Sendable {
    /// How much of the mean of gradients, and of their squares, is kept in a step.
    package var decays: (first: Float, second: Float) = (0.9, 0.999)
    /// Added to the size of gradients.
    package var epsilon: Float = 1e-8
    /// How much of itself a weight loses in a step of rate 1; vectors, which are biases and scales, lose nothing.
    package var weightDecay: Float = 0.01
    /// How many steps were taken.
    package private(set) var steps = 0
    private var moments: [(first: Tensor, second: Tensor)] = []

    /// Begins.
    package init() {}

    /// Changes a model's weights.
    ///
    /// - Parameters:
    ///   - model: The same model at every step.
    ///   - gradient: What the loss says of it.
    ///   - rate: The learning rate.
    package mutating func step<Model: ParameterGroup>(
        _ model: inout Model, along gradient: Model.TangentVector, rate: Float
    ) {
        self.steps += 1
        let correction = 1 - pow(Double(self.decays.first), Double(self.steps))
        var call = ctk_adamw()
        call.rate = Float(Double(rate) / correction)
        (call.first_decay, call.second_decay) = (self.decays.first, self.decays.second)
        call.correction = Float(1 / (1 - pow(Double(self.decays.second), Double(self.steps))).squareRoot())
        call.epsilon = self.epsilon
        var index = 0
        model.visit(gradient) { weight, gradient in
            if index == self.moments.count {
                self.moments.append(
                    (Tensor(weight.shape, repeating: 0), Tensor(weight.shape, repeating: 0)))
            }
            call.shrink = weight.shape.count > 1 ? 1 - rate * self.weightDecay : 1
            // Who has no gradient does not learn, and does not forget.
            if !gradient.isZero { self.step(call, &weight, gradient, index) }
            index += 1
        }
    }

    private mutating func step(_ call: ctk_adamw, _ weight: inout Tensor, _ gradient: Tensor, _ index: Int) {
        precondition(weight.shape == gradient.shape, "A gradient of \(gradient.shape) for \(weight.shape).")
        let count = weight.count
        var (means, squares) = self.moments[index]
        // Held by nobody else, they are changed in their place.
        self.moments[index] = (.zero, .zero)
        defer { self.moments[index] = (means, squares) }
        weight.withMutableBase { weight in
            means.withMutableBase { first in
                squares.withMutableBase { second in
                    ComputePool.current.compute { workers in
                        workers.run { share in
                            let range = share.of(count)
                            let start = range.lowerBound
                            var call = call
                            workers.kernels.table.pointee.adamw(
                                &call, weight + start, first + start, second + start, gradient.base + start, range.count
                            )
                        }
                    }
                }
            }
        }
    }
}
