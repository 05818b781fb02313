// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import _Differentiation

/// Points at the pieces of nodes' names, so that they are copied.
struct NodePointer: ParameterGroup, Sendable {
    /// By what the weights of matches are multiplied: AdamW moves a weight by its rate a step, by about 1 in a whole training, and a
    /// difference of 1 does not decide between pieces.
    private static let reach: Float = 8

    var query: Dense
    /// What is made of a piece of the text.
    var piece: Dense
    /// What is made of the node that the piece belongs to.
    var node: Dense
    /// How much is copied, by what the decoder has in mind.
    var gate: Dense
    /// What is added to that, by how well the best piece continues what was written.
    var goingOn: Tensor
    /// What is added to that, by how well a name that has ended is what was written.
    var ended: Tensor
    /// What is added to the score of a piece that continues what was written (``CopyMatches``).
    var continuation: Tensor

    init(_ width: Int, using generator: inout some RandomNumberGenerator) {
        self.query = Dense(width, width, using: &generator)
        self.piece = Dense(width, width, using: &generator)
        self.node = Dense(width, width, using: &generator)
        self.gate = Dense(width, 1, using: &generator)
        self.continuation = Tensor([CopyMatches.kinds], repeating: 0)
        self.goingOn = Tensor([CopyMatches.kinds, 1], repeating: 0)
        self.ended = Tensor([CopyMatches.kinds, 1], repeating: 0)
    }

    /// What is added to the score of a place, by its kind of match.
    @differentiable(reverse,wrt: self)
    func bonuses() -> Tensor { self.continuation.announced().scaled(by: Self.reach) }

    /// How much each row copies, before the logistic function.
    @differentiable(reverse,wrt: (self, rows))
    func gates(_ rows: Tensor, _ matches: CopyMatches) -> Tensor {
        let goingOn = self.goingOn.announced().gathering(matches.goingOn)
        let ended = self.ended.announced().gathering(matches.ended)
        return self.gate.announced()(rows) + (goingOn + ended).scaled(by: Self.reach)
    }

    /// What is pointed at: a row for each piece that may be copied.
    @differentiable(reverse,wrt: (self, text, graph))
    func keys(_ text: Tensor, _ graph: Tensor, _ batch: GraphBatch) -> Tensor {
        self.piece.announced()(text.gathering(batch.copyRows))
            + self.node.announced()(graph.gathering(batch.copyNodes))
    }

    mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        self.query.visit(gradient.query, "\(name).query", visit)
        self.piece.visit(gradient.piece, "\(name).piece", visit)
        self.node.visit(gradient.node, "\(name).node", visit)
        self.gate.visit(gradient.gate, "\(name).gate", visit)
        visit("\(name).continuation", &self.continuation, gradient.continuation)
        visit("\(name).going_on", &self.goingOn, gradient.goingOn)
        visit("\(name).ended", &self.ended, gradient.ended)
    }
}
