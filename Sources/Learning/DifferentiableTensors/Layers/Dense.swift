// SPDX-License-Identifier: Apache-2.0

internal import _Differentiation

/// A layer of weighted sums: each row times a matrix, and a bias.
package struct Dense: ParameterGroup, Sendable {
    /// inputs × outputs.
    package var weights: Tensor
    /// One number for each output.
    package var bias: Tensor
    /// What the weights are in 8 bits; where it is there, it is multiplied with, and nothing is learnt.
    @noDerivative private var quantized: QuantizedMatrix?
    /// Who wants to know which numbers come in.
    @noDerivative private var observer: InputRange?

    /// Makes a layer.
    ///
    /// - Parameters:
    ///   - weights: inputs × outputs.
    ///   - bias: One number for each output.
    package init(weights: Tensor, bias: Tensor) { (self.weights, self.bias) = (weights, bias) }

    /// Makes a layer with weights that keep the size of what goes through (Glorot and Bengio, 2010), and biases of zero.
    package init(_ inputs: Int, _ outputs: Int, using generator: inout some RandomNumberGenerator) {
        let bound = (6 / Float(inputs + outputs)).squareRoot()
        self.init(
            weights: Tensor(
                [inputs, outputs], (0..<inputs * outputs).map { _ in .random(in: -bound...bound, using: &generator) }),
            bias: Tensor([outputs], repeating: 0))
    }

    /// Each row's sums.
    @differentiable(reverse)
    package func callAsFunction(_ rows: Tensor) -> Tensor {
        if let observer = self.observer { observer.take(withoutDerivative(at: rows)) }
        if let quantized = self.quantized {
            return withoutDerivative(at: quantized.product(of: rows)).adding(toRows: self.bias)
        }
        return rows.times(self.weights).adding(toRows: self.bias)
    }

    /// The layer with weights in 8 bits, where its sizes allow that.
    package func quantize() -> Self {
        var layer = self
        layer.quantized = QuantizedMatrix(self.weights)
        return layer
    }

    /// The layer that tells which numbers come in.
    package func observed(by observer: InputRange) -> Self {
        var layer = self
        layer.observer = observer
        return layer
    }

    package mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        visit("\(name).weight", &self.weights, gradient.weights)
        visit("\(name).bias", &self.bias, gradient.bias)
    }
}
