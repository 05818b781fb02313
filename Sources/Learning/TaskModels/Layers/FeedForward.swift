// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import _Differentiation

/// A network of one hidden layer for each row, whose result is added to it.
package struct FeedForward: ParameterGroup, Sendable {
    var norm: LayerNormalization
    var up: Dense
    var down: Dense

    init(_ settings: EncoderSettings, using generator: inout some RandomNumberGenerator) {
        self.norm = LayerNormalization(settings.width)
        self.up = Dense(settings.width, settings.feedForward, using: &generator)
        self.down = Dense(settings.feedForward, settings.width, using: &generator)
    }

    @differentiable(reverse,wrt: (self, rows))
    func callAsFunction(_ rows: Tensor, _ dropout: Dropout) -> Tensor {
        let hidden = self.up.announced()(self.norm.announced()(rows)).gelu().dropping(dropout, at: 1)
        return rows + self.down.announced()(hidden).dropping(dropout, at: 2)
    }

    /// Makes the weights ones of 8 bits.
    mutating func quantize() { (self.up, self.down) = (self.up.quantize(), self.down.quantize()) }

    package mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        self.norm.visit(gradient.norm, "\(name).norm", visit)
        self.up.visit(gradient.up, "\(name).up", visit)
        self.down.visit(gradient.down, "\(name).down", visit)
    }
}
