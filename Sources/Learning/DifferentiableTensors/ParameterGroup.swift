// SPDX-License-Identifier: Apache-2.0

package import _Differentiation

/// A model or a part of one, whose weights are changed by what is known of their gradients.
package protocol ParameterGroup: Differentiable {
    /// Visits each weight with its gradient, always in the same order.
    ///
    /// - Parameters:
    ///   - gradient: What a loss says of this group.
    ///   - name: What the group is called; its weights' names begin with it.
    ///   - visit: May change the weight.
    mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor)
}

/// Is told of a weight, by its name, and of its gradient, and may change the weight.
package typealias WeightVisitor = (_ name: String, _ weight: inout Tensor, _ gradient: Tensor) -> Void

extension ParameterGroup {
    /// The weights by their names, in the order in which they are visited.
    package var weights: [(name: String, weight: Tensor)] {
        var (copy, weights) = (self, [(name: String, weight: Tensor)]())
        copy.visit(.zero, "") { name, weight, _ in weights.append((name, weight)) }
        return weights
    }

    /// The gradients of the weights, in the order in which they are visited.
    package func gradients(in gradient: TangentVector) -> [Tensor] {
        var (copy, gradients) = (self, [Tensor]())
        copy.visit(gradient, "") { _, _, gradient in gradients.append(gradient) }
        return gradients
    }

    /// The root of the sum of the squares of all gradients.
    package func norm(of gradient: TangentVector) -> Float { self.gradients(in: gradient).norm }
}

extension Sequence<Tensor> {
    /// The root of the sum of the squares of all numbers.
    package var norm: Float {
        Float(self.reduce(0.0) { $0 + ($1.isZero ? 0 : $1.sumOfSquares) }.squareRoot())
    }
}

extension Array: ParameterGroup where Element: ParameterGroup {
    package mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        // Where the loss depends on no layer there are no gradients; the weights are visited all the same, in their order.
        for index in self.indices {
            self[index].visit(gradient.base.isEmpty ? .zero : gradient.base[index], "\(name).\(index)", visit)
        }
    }
}
