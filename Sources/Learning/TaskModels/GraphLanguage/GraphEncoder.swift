// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import _Differentiation

/// The graph's side of the model: nodes start from where the input names them, edges from their relations' words.
struct GraphEncoder: ParameterGroup, Sendable {
    /// From the text's space to the graph's.
    var node: Dense
    var relation: Dense
    /// A row for nodes, one for edges.
    var kinds: Tensor
    var blocks: [GraphBlock]
    var norm: LayerNormalization
    var growth: GraphGrowth
    /// One, or none in a model that copies nothing.
    var pointer: [NodePointer]
    @noDerivative private let heads: Int

    init(_ settings: GraphModelSettings, using generator: inout some RandomNumberGenerator) {
        let width = settings.encoder.width
        self.node = Dense(width, width, using: &generator)
        self.relation = Dense(width, width, using: &generator)
        self.kinds = .table([2, width], using: &generator)
        self.blocks = (0..<settings.graphLayers).map { _ in GraphBlock(settings.encoder, using: &generator) }
        self.norm = LayerNormalization(width)
        self.growth = GraphGrowth(settings.encoder, using: &generator)
        self.pointer = settings.copies ? [NodePointer(width, using: &generator)] : []
        self.heads = settings.encoder.heads
    }

    /// The graph's rows: nodes and edges of each input.
    ///
    /// - Parameters:
    ///   - text: The text's rows.
    ///   - pieces: The table of pieces, from which relations are read.
    @differentiable(reverse,wrt: (self, text, pieces))
    func callAsFunction(_ text: Tensor, _ pieces: Tensor, _ batch: GraphBatch, _ dropout: Dropout) -> Tensor {
        let nodes = self.node.announced()(text.pooling(batch.mentions))
        let edges = self.relation.announced()(pieces.gathering(batch.relationPieces).pooling(batch.relations))
        var rows =
            nodes.stacked(on: edges).gathering(batch.graphOrder)
            + self.kinds.announced().gathering(batch.graphKinds)
        let dropout = withoutDerivative(at: dropout.from(row: batch.first.graph, sequence: 0))
        for index in 0..<withoutDerivative(at: self.blocks.count) {
            rows = self.blocks[index](rows, batch, heads: self.heads, dropout.layer(100 + index))
        }
        return self.norm.announced()(rows)
    }

    /// The graphs with the nodes that grow while a text is written.
    ///
    /// - Parameters:
    ///   - graph: The graph's rows.
    ///   - rows: The decoder's rows after its first layer.
    @differentiable(reverse,wrt: (self, graph, rows))
    func grown(_ graph: Tensor, _ rows: Tensor, _ batch: GraphBatch, _ dropout: Dropout) -> Tensor {
        let seeds = self.growth.seeds(rows, batch.grownRows, graph, batch.grownFrom)
        let order = withoutDerivative(at: batch.growthOrder)
        let dropout = withoutDerivative(at: dropout.from(row: batch.first.grown, sequence: 0))
        let nodes = self.growth(
            seeds, graph.stacked(on: seeds).gathering(order), batch.growthSpans, heads: self.heads, dropout.layer(200))
        return graph.stacked(on: nodes).gathering(order)
    }

    mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        self.node.visit(gradient.node, "\(name).node", visit)
        self.relation.visit(gradient.relation, "\(name).relation", visit)
        visit("\(name).kinds", &self.kinds, gradient.kinds)
        self.blocks.visit(gradient.blocks, "\(name).blocks", visit)
        self.norm.visit(gradient.norm, "\(name).norm", visit)
        self.growth.visit(gradient.growth, "\(name).growth", visit)
        self.pointer.visit(gradient.pointer, "\(name).pointer", visit)
    }
}
