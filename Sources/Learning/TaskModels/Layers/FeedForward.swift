// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import _Differentiation

/// Makes of a layer of weighted sums, known by its name among the weights, one that is to take its place.
typealias DenseReplacement = (_ name: String, _ layer: Dense) -> Dense

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

    /// Puts other layers of weighted sums into the place of its own, by their names.
    mutating func replace(_ name: String, _ replacement: DenseReplacement) {
        self.up = replacement("\(name).up", self.up)
        self.down = replacement("\(name).down", self.down)
    }

    package mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        self.norm.visit(gradient.norm, "\(name).norm", visit)
        self.up.visit(gradient.up, "\(name).up", visit)
        self.down.visit(gradient.down, "\(name).down", visit)
    }
}
