// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import _Differentiation

/// The last layer of an encoder, of which only the first row of each sequence is wanted: nothing else is computed.
package struct SummaryBlock: ParameterGroup, Sendable {
    var attentionNorm: LayerNormalization
    var query: Dense
    /// Key and value.
    var attention: Dense
    var joined: Dense
    var feedForward: FeedForward

    init(_ settings: EncoderSettings, using generator: inout some RandomNumberGenerator) {
        self.attentionNorm = LayerNormalization(settings.width)
        self.query = Dense(settings.width, settings.width, using: &generator)
        self.attention = Dense(settings.width, 2 * settings.width, using: &generator)
        self.joined = Dense(settings.width, settings.width, using: &generator)
        self.feedForward = FeedForward(settings, using: &generator)
    }

    /// The first row of each sequence after this layer.
    @differentiable(reverse,wrt: (self, rows))
    func callAsFunction(
        _ rows: Tensor, in sequences: [Int], from starts: [Int], heads: Int, _ dropout: Dropout
    ) -> Tensor {
        let dropout = withoutDerivative(at: dropout.ofSequences)
        let normalized = self.attentionNorm.announced()(rows)
        let attended = self.query.announced()(normalized.gathering(starts))
            .summary(of: self.attention.announced()(normalized), in: sequences, heads: heads)
        return self.feedForward(
            rows.gathering(starts) + self.joined.announced()(attended).dropping(dropout, at: 0), dropout)
    }

    /// Puts other layers of weighted sums into the place of its own, by their names.
    mutating func replace(_ name: String, _ replacement: DenseReplacement) {
        self.query = replacement("\(name).query", self.query)
        self.attention = replacement("\(name).attention", self.attention)
        self.joined = replacement("\(name).joined", self.joined)
        self.feedForward.replace("\(name).feed_forward", replacement)
    }

    package mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        self.attentionNorm.visit(gradient.attentionNorm, "\(name).attention_norm", visit)
        self.query.visit(gradient.query, "\(name).query", visit)
        self.attention.visit(gradient.attention, "\(name).attention", visit)
        self.joined.visit(gradient.joined, "\(name).joined", visit)
        self.feedForward.visit(gradient.feedForward, "\(name).feed_forward", visit)
    }
}
