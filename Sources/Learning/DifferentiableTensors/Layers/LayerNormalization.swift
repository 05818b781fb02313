// SPDX-License-Identifier: Apache-2.0

internal import _Differentiation

/// A layer that gives each row mean 0 and variance 1, then a scale and a shift that are learnt.
package struct LayerNormalization: ParameterGroup, Sendable {
    /// The factor of each number of a row.
    package var weight: Tensor
    /// What is added to each number of a row.
    package var bias: Tensor

    /// Makes a layer that scales by 1 and shifts by 0.
    package init(_ columns: Int) {
        (self.weight, self.bias) = (Tensor([columns], repeating: 1), Tensor([columns], repeating: 0))
    }

    /// Each row, normalised.
    @differentiable(reverse)
    package func callAsFunction(_ rows: Tensor) -> Tensor {
        rows.normalized(weight: self.weight, bias: self.bias)
    }

    package mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        visit("\(name).weight", &self.weight, gradient.weight)
        visit("\(name).bias", &self.bias, gradient.bias)
    }
}
