// SPDX-License-Identifier: Apache-2.0

package import _Differentiation

/// A model or a part of one, whose weights are changed by what is known of their gradients.
package protocol ParameterGroup: Differentiable {
    /// Visits each weight with its gradient, always in the same order.
    ///
    /// - Parameters:
    ///   - gradient: What a loss says of this group.
    ///   - visit: May change the weight.
    mutating func visit(_ gradient: TangentVector, _ visit: (_ weight: inout Tensor, _ gradient: Tensor) -> Void)
}

extension Array: ParameterGroup where Element: ParameterGroup {
    package mutating func visit(
        _ gradient: TangentVector, _ visit: (_ weight: inout Tensor, _ gradient: Tensor) -> Void
    ) {
        // Where the loss depends on no layer there are no gradients; the weights are visited all the same, in their order.
        for index in self.indices {
            self[index].visit(gradient.base.isEmpty ? .zero : gradient.base[index], visit)
        }
    }
}
