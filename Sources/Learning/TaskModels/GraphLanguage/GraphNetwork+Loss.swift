// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import _Differentiation

extension GraphNetwork {
    /// How much it counts whether names are found in what is written, beside what is written.
    private static let tagWeight: Float = 0.1

    /// How surprising the texts of a batch are, in nats a piece; in training, with a part for the names in them.
    ///
    /// - Parameter tagging: Whether names count as well.
    @differentiable(reverse,wrt: self)
    package func loss(_ batch: GraphBatch, _ dropout: Dropout = .none, tagging: Bool = false) -> Float {
        let table = self.pieces.announced()
        let text = self.text(table, batch, dropout)
        // What is written has rows of its own.
        let dropout = withoutDerivative(at: dropout.from(row: batch.first.target, sequence: 0))
        if withoutDerivative(at: self.graph.isEmpty) { return self.textLoss(table, text, batch, dropout) }
        let graph = self.graph[0](text, table, batch, dropout)
        let first = self.layer(
            0, self.embedded(table, batch.targets, batch.targetPlaces, dropout), text, graph, batch.graphSpans, batch,
            dropout)
        let grown = self.graph[0].grown(graph, first, batch, dropout)
        let rows = self.norm.announced()(self.laterLayers(first, text, grown, batch, dropout))
        let surprise = self.surprise(rows, table, text, graph, batch)
        if !tagging { return surprise }
        return surprise + Self.tagWeight * self.graph[0].growth.tags.announced()(first).crossEntropy(batch.tags)
    }

    @differentiable(reverse,wrt: (self, rows, table, text, graph))
    private func surprise(
        _ rows: Tensor, _ table: Tensor, _ text: Tensor, _ graph: Tensor, _ batch: GraphBatch
    ) -> Float {
        let logits = self.logits(rows, table)
        if withoutDerivative(at: self.graph[0].pointer.isEmpty) { return logits.crossEntropy(batch.classes) }
        let pointer = self.graph[0].pointer[0]
        let distribution = CopyDistribution(
            logits: logits, queries: pointer.query.announced()(rows), keys: pointer.keys(text, graph, batch),
            gates: pointer.gates(rows, batch.copyMatches), continuation: pointer.bonuses(), batch.copySpans,
            sources: batch.sources, matches: batch.copyMatches)
        return distribution.crossEntropy(batch.classes)
    }

    /// The decoder's rows after all layers but the first, which see the graph as it has grown.
    @differentiable(reverse,wrt: (self, rows, text, grown))
    private func laterLayers(
        _ rows: Tensor, _ text: Tensor, _ grown: Tensor, _ batch: GraphBatch, _ dropout: Dropout
    ) -> Tensor {
        var rows = rows
        for index in 1..<withoutDerivative(at: max(1, self.decoder.count)) {
            rows = self.layer(index, rows, text, grown, batch.grownSpans, batch, dropout)
        }
        return rows
    }

    /// A layer of the decoder; the first sees the graph as it is before anything was written.
    @differentiable(reverse,wrt: (self, rows, text, graph))
    private func layer(
        _ index: Int, _ rows: Tensor, _ text: Tensor, _ graph: Tensor, _ graphSpans: AttentionSpans,
        _ batch: GraphBatch, _ dropout: Dropout
    ) -> Tensor {
        let (block, own) = (self.decoder[index], dropout.layer(300 + index))
        let recalled = block.recalling(rows, .causal(batch.targetLengths), heads: self.heads, own)
        return block.reading(
            recalled, block.text.remembering(text), batch.textSpans, block.graph[0].attention.remembering(graph),
            graphSpans, heads: self.heads, own)
    }

    /// The loss of a model without a graph.
    @differentiable(reverse,wrt: (self, table, text))
    private func textLoss(_ table: Tensor, _ text: Tensor, _ batch: GraphBatch, _ dropout: Dropout) -> Float {
        var rows = self.embedded(table, batch.targets, batch.targetPlaces, dropout)
        for index in 0..<withoutDerivative(at: self.decoder.count) {
            let block = self.decoder[index]
            let own = withoutDerivative(at: dropout.layer(300 + index))
            let recalled = block.recalling(rows, .causal(batch.targetLengths), heads: self.heads, own)
            rows = block.reading(recalled, block.text.remembering(text), batch.textSpans, heads: self.heads, own)
        }
        return self.logits(self.norm.announced()(rows), table).crossEntropy(batch.classes)
    }
}
