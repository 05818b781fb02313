// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import _Differentiation

/// A layer of an encoder: attention of each row to all of its sequence, then a network for each row; both read what is normalised
/// and are added (Vaswani et al., 2017; Xiong et al., 2020).
package struct EncoderBlock: ParameterGroup, Sendable {
    var attentionNorm: LayerNormalization
    /// Query, key and value.
    var attention: Dense
    var joined: Dense
    var feedForward: FeedForward

    init(_ settings: EncoderSettings, using generator: inout some RandomNumberGenerator) {
        self.attentionNorm = LayerNormalization(settings.width)
        self.attention = Dense(settings.width, 3 * settings.width, using: &generator)
        self.joined = Dense(settings.width, settings.width, using: &generator)
        self.feedForward = FeedForward(settings, using: &generator)
    }

    /// The rows after this layer.
    @differentiable(reverse,wrt: (self, rows))
    func callAsFunction(_ rows: Tensor, in sequences: [Int], heads: Int, _ dropout: Dropout) -> Tensor {
        let attended = self.attention.announced()(self.attentionNorm.announced()(rows))
            .attended(in: sequences, heads: heads)
        return self.feedForward(rows + self.joined.announced()(attended).dropping(dropout, at: 0), dropout)
    }

    /// Puts other layers of weighted sums into the place of its own, by their names.
    mutating func replace(_ name: String, _ replacement: DenseReplacement) {
        self.attention = replacement("\(name).attention", self.attention)
        self.joined = replacement("\(name).joined", self.joined)
        self.feedForward.replace("\(name).feed_forward", replacement)
    }

    package mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        self.attentionNorm.visit(gradient.attentionNorm, "\(name).attention_norm", visit)
        self.attention.visit(gradient.attention, "\(name).attention", visit)
        self.joined.visit(gradient.joined, "\(name).joined", visit)
        self.feedForward.visit(gradient.feedForward, "\(name).feed_forward", visit)
    }
}
