// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import _Differentiation

/// Attention of rows to what is remembered: their own past, a text, a graph.
struct CrossAttention: ParameterGroup, Sendable {
    var query: Dense
    /// Key and value.
    var memory: Dense
    var joined: Dense

    init(_ width: Int, using generator: inout some RandomNumberGenerator) {
        self.query = Dense(width, width, using: &generator)
        self.memory = Dense(width, 2 * width, using: &generator)
        self.joined = Dense(width, width, using: &generator)
    }

    /// What is remembered of rows: their keys and values.
    @differentiable(reverse,wrt: (self, rows))
    func remembering(_ rows: Tensor) -> Tensor { self.memory.announced()(rows) }

    /// What each row gets from what it sees.
    ///
    /// - Parameter memory: What ``remembering(_:)`` has made of the rows to look at.
    @differentiable(reverse,wrt: (self, rows, memory))
    func callAsFunction(_ rows: Tensor, _ memory: Tensor, _ spans: AttentionSpans, heads: Int) -> Tensor {
        self.joined.announced()(self.query.announced()(rows).attending(to: memory, spans, heads: heads))
    }

    /// How much a row looks at each of those that are remembered: the mean over the heads, nothing together more than 1.
    func weights(_ row: Tensor, _ memory: Tensor, heads: Int) -> [Float] {
        let (query, width) = (self.query(row).values, row.columns)
        let (size, keys) = (width / heads, memory.values)
        var sums = [Float](repeating: 0, count: memory.rows)
        for head in 0..<heads {
            let scores = sums.indices.map { key in
                (head * size..<(head + 1) * size).reduce(Float(0)) { $0 + query[$1] * keys[key * 2 * width + $1] }
                    / Float(size).squareRoot()
            }
            let shares = Tensor([1, scores.count], scores).softmax().values
            for key in sums.indices { sums[key] += shares[key] / Float(heads) }
        }
        return sums
    }

    mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        self.query.visit(gradient.query, "\(name).query", visit)
        self.memory.visit(gradient.memory, "\(name).memory", visit)
        self.joined.visit(gradient.joined, "\(name).joined", visit)
    }
}
