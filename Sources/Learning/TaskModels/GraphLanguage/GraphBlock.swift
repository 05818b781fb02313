// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import _Differentiation

/// A layer of a graph's encoder: each node and edge looks at all of its graph by similarity, then hears from its neighbours along the
/// typed edges, then a network for each row.
///
/// Edges are rows of their own between their nodes (the Levi graph; Beck, Haffari and Cohn, 2018).
struct GraphBlock: ParameterGroup, Sendable {
    var similarityNorm: LayerNormalization
    /// Query, key and value.
    var similarity: Dense
    var joined: Dense
    var messageNorm: LayerNormalization
    /// What is made of neighbours, for each ``GraphBatch/Role``.
    var messages: [Dense]
    var feedForward: FeedForward

    init(_ settings: EncoderSettings, using generator: inout some RandomNumberGenerator) {
        self.similarityNorm = LayerNormalization(settings.width)
        self.similarity = Dense(settings.width, 3 * settings.width, using: &generator)
        self.joined = Dense(settings.width, settings.width, using: &generator)
        self.messageNorm = LayerNormalization(settings.width)
        self.messages = GraphBatch.Role.allCases.map { _ in Dense(settings.width, settings.width, using: &generator) }
        self.feedForward = FeedForward(settings, using: &generator)
    }

    /// The graph's rows after this layer.
    @differentiable(reverse,wrt: (self, rows))
    func callAsFunction(_ rows: Tensor, _ batch: GraphBatch, heads: Int, _ dropout: Dropout) -> Tensor {
        let alike = self.similarity.announced()(self.similarityNorm.announced()(rows))
            .attended(in: batch.graphLengths, heads: heads)
        var sum = rows + self.joined.announced()(alike).dropping(dropout, at: 0)
        let own = self.messageNorm.announced()(sum)
        for role in 0..<withoutDerivative(at: self.messages.count) {
            let heard = self.messages[role].announced()(own.pooling(batch.neighbours[role]))
            sum = sum + heard.dropping(dropout, at: 3 + role)
        }
        return self.feedForward(sum, dropout)
    }

    mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        self.similarityNorm.visit(gradient.similarityNorm, "\(name).similarity_norm", visit)
        self.similarity.visit(gradient.similarity, "\(name).similarity", visit)
        self.joined.visit(gradient.joined, "\(name).joined", visit)
        self.messageNorm.visit(gradient.messageNorm, "\(name).message_norm", visit)
        self.messages.visit(gradient.messages, "\(name).messages", visit)
        self.feedForward.visit(gradient.feedForward, "\(name).feed_forward", visit)
    }
}
