// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import _Differentiation

/// Makes a node of what the decoder has just named: of its rows there, of the input's node where it stands for one, and of all nodes and edges
/// that are there by then, by similarity.
struct GraphGrowth: ParameterGroup, Sendable {
    /// What is made of the decoder's rows.
    var named: Dense
    /// What is made of the input's node.
    var known: Dense
    var norm: LayerNormalization
    var attention: CrossAttention
    var feedForward: FeedForward
    /// Whether a decoder's row is of a name.
    var tags: Dense

    init(_ settings: EncoderSettings, using generator: inout some RandomNumberGenerator) {
        self.named = Dense(settings.width, settings.width, using: &generator)
        self.known = Dense(settings.width, settings.width, using: &generator)
        self.norm = LayerNormalization(settings.width)
        self.attention = CrossAttention(settings.width, using: &generator)
        self.feedForward = FeedForward(settings, using: &generator)
        self.tags = Dense(settings.width, GraphBatch.Tag.allCases.count, using: &generator)
    }

    /// New nodes before they have looked at the graph.
    ///
    /// - Parameters:
    ///   - rows: The decoder's rows.
    ///   - names: Those of each new node's name.
    ///   - graph: The graph's rows.
    ///   - nodes: The input's node that each new one stands for, or none.
    @differentiable(reverse,wrt: (self, rows, graph))
    func seeds(_ rows: Tensor, _ names: RowGroups, _ graph: Tensor, _ nodes: RowGroups) -> Tensor {
        self.named.announced()(rows.pooling(names)) + self.known.announced()(graph.pooling(nodes))
    }

    /// New nodes that have looked at the graph.
    ///
    /// - Parameters:
    ///   - seeds: What ``seeds(_:_:_:_:)`` gives.
    ///   - grown: The graph with all seeds.
    @differentiable(reverse,wrt: (self, seeds, grown))
    func callAsFunction(
        _ seeds: Tensor, _ grown: Tensor, _ spans: AttentionSpans, heads: Int, _ dropout: Dropout
    ) -> Tensor {
        let norm = self.norm.announced()
        let memory = self.attention.remembering(norm(grown))
        return self.feedForward(seeds + self.attention(norm(seeds), memory, spans, heads: heads), dropout)
    }

    mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        self.named.visit(gradient.named, "\(name).named", visit)
        self.known.visit(gradient.known, "\(name).known", visit)
        self.norm.visit(gradient.norm, "\(name).norm", visit)
        self.attention.visit(gradient.attention, "\(name).attention", visit)
        self.feedForward.visit(gradient.feedForward, "\(name).feed_forward", visit)
        self.tags.visit(gradient.tags, "\(name).tags", visit)
    }
}
