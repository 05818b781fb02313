// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import _Differentiation

/// A layer of a decoder: attention to what was written, then to the text and the graph, then a network for each row.
struct DecoderBlock: ParameterGroup, Sendable {
    var pastNorm: LayerNormalization
    var past: CrossAttention
    var inputNorm: LayerNormalization
    var text: CrossAttention
    /// One, or none in a model without a graph.
    var graph: [GatedGraphAttention]
    var feedForward: FeedForward

    init(_ settings: GraphModelSettings, using generator: inout some RandomNumberGenerator) {
        let width = settings.encoder.width
        self.pastNorm = LayerNormalization(width)
        self.past = CrossAttention(width, using: &generator)
        self.inputNorm = LayerNormalization(width)
        self.text = CrossAttention(width, using: &generator)
        self.graph = settings.channel == .graph ? [GatedGraphAttention(width, using: &generator)] : []
        self.feedForward = FeedForward(settings.encoder, using: &generator)
    }

    /// What later rows remember of these.
    func memory(_ rows: Tensor) -> Tensor { self.past.memory(self.pastNorm(rows)) }

    /// The rows after attention to those before them, and to themselves.
    @differentiable(reverse,wrt: (self, rows))
    func recalling(_ rows: Tensor, _ spans: AttentionSpans, heads: Int, _ dropout: Dropout) -> Tensor {
        let own = self.pastNorm.announced()(rows)
        return rows
            + self.past(own, self.past.remembering(own), spans, heads: heads).dropping(dropout, at: 0)
    }

    /// The rows after attention to what is remembered of those before them, and of themselves.
    ///
    /// - Parameter past: What ``memory(_:)`` has made of them.
    func recalling(_ rows: Tensor, _ past: Tensor, _ spans: AttentionSpans, heads: Int) -> Tensor {
        rows + self.past(self.pastNorm(rows), past, spans, heads: heads)
    }

    /// The rows after attention to the text alone.
    @differentiable(reverse,wrt: (self, rows, text))
    func reading(_ rows: Tensor, _ text: Tensor, _ spans: AttentionSpans, heads: Int, _ dropout: Dropout) -> Tensor {
        let read = self.text(self.inputNorm.announced()(rows), text, spans, heads: heads)
        return self.feedForward(rows + read.dropping(dropout, at: 3), dropout)
    }

    /// The rows after attention to text and graph.
    @differentiable(reverse,wrt: (self, rows, text, graph))
    func reading(
        _ rows: Tensor, _ text: Tensor, _ textSpans: AttentionSpans, _ graph: Tensor, _ graphSpans: AttentionSpans,
        heads: Int, _ dropout: Dropout
    ) -> Tensor {
        let own = self.inputNorm.announced()(rows)
        let read = self.text(own, text, textSpans, heads: heads)
        let known = self.graph[0](own, graph, graphSpans, heads: heads)
        return self.feedForward(rows + read.dropping(dropout, at: 3) + known.dropping(dropout, at: 4), dropout)
    }

    mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        self.pastNorm.visit(gradient.pastNorm, "\(name).past_norm", visit)
        self.past.visit(gradient.past, "\(name).past", visit)
        self.inputNorm.visit(gradient.inputNorm, "\(name).input_norm", visit)
        self.text.visit(gradient.text, "\(name).text", visit)
        self.graph.visit(gradient.graph, "\(name).graph", visit)
        self.feedForward.visit(gradient.feedForward, "\(name).feed_forward", visit)
    }
}
