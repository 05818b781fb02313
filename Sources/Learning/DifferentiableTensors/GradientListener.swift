// SPDX-License-Identifier: Apache-2.0

package import _Differentiation

/// Hears of gradients while a backward pass still runs, so that they can be sent meanwhile.
package protocol GradientListener: Sendable {
    /// The gradient of a weight is known.
    ///
    /// It is called on the thread of the backward pass, which waits for it.
    /// - Parameters:
    ///   - gradient: All of what this pass says of the weight.
    ///   - weight: The weight's ``Tensor/identity``.
    func hear(_ gradient: Tensor, of weight: ObjectIdentifier)
}

/// Who hears of gradients.
package enum GradientListening {
    /// Who hears of the gradients of what the task at work computes; usually nobody.
    @TaskLocal package static var current: (any GradientListener)?
}

extension ParameterGroup {
    /// The group itself; a backward pass tells the listener of its gradients as soon as it knows them.
    ///
    /// A model announces each part once in a forward pass, and computes with what it gets: what is used twice must be announced before.
    @differentiable(reverse,wrt: self)
    package func announced() -> Self { self }

    @derivative(of: announced, wrt: self)
    package func announcedDerivative() -> (value: Self, pullback: (TangentVector) -> TangentVector) {
        guard let listener = GradientListening.current else { return (self, { $0 }) }
        return (
            self,
            { gradient in
                var group = self
                group.visit(gradient, "") { _, weight, gradient in listener.hear(gradient, of: weight.identity) }
                return gradient
            }
        )
    }
}

extension Tensor {
    /// Which weight this is, as long as it is not changed.
    package var identity: ObjectIdentifier { ObjectIdentifier(self.storage) }

    /// The weight itself, as ``ParameterGroup/announced()`` of a group.
    @differentiable(reverse,wrt: self)
    package func announced() -> Tensor { self }

    @derivative(of: announced, wrt: self)
    package func announcedDerivative() -> (value: Tensor, pullback: (Tensor) -> Tensor) {
        guard let listener = GradientListening.current else { return (self, { $0 }) }
        return (
            self,
            { gradient in
                listener.hear(gradient, of: self.identity)
                return gradient
            }
        )
    }
}
