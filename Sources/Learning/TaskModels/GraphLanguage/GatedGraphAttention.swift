// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import _Differentiation

/// Attention of the decoder to the graph, as far as each row's gate is open.
struct GatedGraphAttention: ParameterGroup, Sendable {
    var attention: CrossAttention
    var gate: Dense

    init(_ width: Int, using generator: inout some RandomNumberGenerator) {
        self.attention = CrossAttention(width, using: &generator)
        self.gate = Dense(width, width, using: &generator)
    }

    /// What each row gets from the graph.
    @differentiable(reverse,wrt: (self, rows, memory))
    func callAsFunction(_ rows: Tensor, _ memory: Tensor, _ spans: AttentionSpans, heads: Int) -> Tensor {
        self.attention(rows, memory, spans, heads: heads).gated(by: self.gate.announced()(rows))
    }

    mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        self.attention.visit(gradient.attention, "\(name).attention", visit)
        self.gate.visit(gradient.gate, "\(name).gate", visit)
    }
}
