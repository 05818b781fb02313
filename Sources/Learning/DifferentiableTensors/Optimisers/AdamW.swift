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
    /// The means of the gradients and of their squares, for each weight in its order; empty before the first step.
    package private(set) var moments: [(first: Tensor, second: Tensor)] = []

    /// Begins.
    package init() {}

    /// Goes on.
    ///
    /// - Parameters:
    ///   - steps: How many steps were taken.
    ///   - moments: What ``moments`` was after them.
    package init(steps: Int, moments: [(first: Tensor, second: Tensor)]) {
        (self.steps, self.moments) = (steps, moments)
    }

    /// Changes a model's weights.
    ///
    /// - Parameters:
    ///   - model: The same model at every step.
    ///   - gradient: What the loss says of it.
    ///   - rate: The learning rate.
    ///   - factor: What gradients are multiplied by, such as what shortens them to a norm.
    package mutating func step<Model: ParameterGroup>(
        _ model: inout Model, along gradient: Model.TangentVector, rate: Float, times factor: Float = 1
    ) { self.step(&model, along: model.gradients(in: gradient), rate: rate, times: factor) }

    /// Changes a model's weights.
    ///
    /// - Parameters:
    ///   - model: The same model at every step.
    ///   - gradients: What the loss says of each weight, in the order in which they are visited.
    ///   - rate: The learning rate.
    ///   - factor: What gradients are multiplied by, such as what shortens them to a norm.
    package mutating func step<Model: ParameterGroup>(
        _ model: inout Model, along gradients: [Tensor], rate: Float, times factor: Float = 1
    ) {
        self.steps += 1
        let correction = 1 - pow(Double(self.decays.first), Double(self.steps))
        var call = ctk_adamw()
        call.rate = Float(Double(rate) / correction)
        (call.first_decay, call.second_decay) = (self.decays.first, self.decays.second)
        call.correction = Float(1 / (1 - pow(Double(self.decays.second), Double(self.steps))).squareRoot())
        (call.epsilon, call.factor) = (self.epsilon, factor)
        var index = 0
        model.visit(.zero, "") { _, weight, _ in
            let gradient = gradients[index]
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
