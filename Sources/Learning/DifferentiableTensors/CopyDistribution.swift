// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import Foundation
internal import TensorKernels
internal import _Differentiation

/// What a model says next: a class of its own, or what it copies from one of several places (See, Liu and Manning, 2017).
///
/// The probability of a class is (1 − g) · softmax(logits) + g · (the sum of the attention to the places that hold it), where g is the
/// logistic function of a gate. A row that sees no place copies nothing.
package struct CopyDistribution: Differentiable, Sendable {
    /// rows × classes.
    package var logits: Tensor
    /// rows × width, compared with ``keys``.
    package var queries: Tensor
    /// places × width.
    package var keys: Tensor
    /// rows × 1.
    package var gates: Tensor
    /// What is added to the score of a place, by how much of what is before it was written last (``CopyMatches``).
    package var continuation: Tensor
    /// Which rows see which places.
    @noDerivative package let spans: AttentionSpans
    /// The class that each place holds.
    @noDerivative package let sources: [Int]
    /// How well each place continues what each row has read, one span after the other.
    @noDerivative package let matches: CopyMatches

    /// Puts together what a decoder has computed.
    @differentiable(reverse,wrt: (logits, queries, keys, gates, continuation))
    package init(
        logits: Tensor, queries: Tensor, keys: Tensor, gates: Tensor, continuation: Tensor, _ spans: AttentionSpans,
        sources: [Int], matches: CopyMatches
    ) {
        self.logits = logits
        self.queries = queries
        self.keys = keys
        self.gates = gates
        self.continuation = continuation
        (self.spans, self.sources, self.matches) = (spans, sources, matches)
    }

    /// How surprising classes are, in nats: the mean over rows of the negative logarithm of the class's probability.
    ///
    /// - Parameter classes: The class of each row.
    @differentiable(reverse,wrt: self)
    package func crossEntropy(_ classes: [Int]) -> Float { Mixture(self).surprise(classes) }

    @derivative(of: crossEntropy, wrt: self)
    package func crossEntropyDerivative(
        _ classes: [Int]
    ) -> (value: Float, pullback: (Float) -> TangentVector) {
        let mixture = Mixture(self)
        return (mixture.surprise(classes), { mixture.gradient(classes, $0 / Float(classes.count)) })
    }

    /// The attention of a row to each place of its span, times how far its gate is open, and how likely its own classes are, times the rest.
    package func parts(ofRow row: Int) -> (copied: [Float], own: [Float]) {
        let mixture = Mixture(self)
        let place = mixture.place(row)
        let gate = mixture.gate(row)
        let columns = self.logits.columns
        return (
            (0..<mixture.visible(row)).map { gate * mixture.attention.base[place + $0] },
            (0..<columns).map { (1 - gate) * mixture.probabilities.base[row * columns + $0] }
        )
    }
}

/// A distribution with its softmaxes computed.
private struct Mixture {
    private let source: CopyDistribution
    /// The softmax of each row's logits.
    let probabilities: Tensor
    /// The attention of each row to the places of its span, one span after the other.
    let attention: Tensor
    private let starts: [Int]
    /// The span of each row.
    private let spanOfRow: [Int]
    private let scale: Float

    init(_ source: CopyDistribution) {
        self.source = source
        self.scale = 1 / Float(source.queries.columns).squareRoot()
        let (starts, count) = source.spans.places()
        self.starts = starts
        self.spanOfRow = source.spans.spans.enumerated().flatMap { Array(repeating: $0, count: $1.queries) }
        let (spans, scale) = (source.spans, self.scale)
        precondition(source.matches.kinds.count == count && source.continuation.count == CopyMatches.kinds)
        var (probabilities, attention) = (source.logits, Tensor(uninitialized: [count]))
        let columns = probabilities.columns
        precondition(spans.queries == probabilities.rows && spans.keys == source.sources.count)
        probabilities.withMutableBase { base in
            attention.withMutableBase { attention in
                ComputePool.current.compute { workers in
                    let table = workers.kernels.table.pointee
                    workers.run { share in
                        for row in share.of(spans.queries) { table.softmax(base + row * columns, columns, 1) }
                        for index in share.of(spans.spans.count) {
                            let (span, target) = (spans.spans[index], attention + starts[index])
                            workers.products(of: share).multiply(
                                Self.rows(source.queries, span.query, span.queries),
                                Self.rows(source.keys, span.key, span.keys).transposed, into: target)
                            for row in 0..<span.queries {
                                let (start, visible) = (target + row * span.keys, spans.visible[span.query + row])
                                let kinds = starts[index] + row * span.keys
                                for place in 0..<visible {
                                    let kind = Int(source.matches.kinds[kinds + place])
                                    start[place] = start[place] * scale + source.continuation.base[kind]
                                }
                                if visible > 0 { table.softmax(start, visible, 1) }
                                for place in visible..<span.keys { start[place] = 0 }
                            }
                        }
                    }
                }
            }
        }
        (self.probabilities, self.attention) = (probabilities, attention)
    }

    private static func rows(_ tensor: Tensor, _ start: Int, _ count: Int) -> MatrixView {
        MatrixView(tensor.base + start * tensor.columns, rows: count, columns: tensor.columns)
    }

    func visible(_ row: Int) -> Int { self.source.spans.visible[row] }

    /// Where a row's attention begins.
    func place(_ row: Int) -> Int {
        let index = self.spanOfRow[row]
        let span = self.source.spans.spans[index]
        return self.starts[index] + (row - span.query) * span.keys
    }

    /// How much a row copies.
    func gate(_ row: Int) -> Float {
        self.visible(row) == 0 ? 0 : Tensor.logistic(self.source.gates.base[row])
    }

    /// A class's probability: its own and copied one, and both together, never quite nothing.
    func parts(_ row: Int, _ label: Int) -> (own: Float, copied: Float, total: Float) {
        let columns = self.source.logits.columns
        precondition(label >= 0 && label < columns, "There is no class \(label) of \(columns).")
        let own = self.probabilities.base[row * columns + label]
        let (place, key) = (self.place(row), self.source.spans.spans[self.spanOfRow[row]].key)
        var copied: Float = 0
        for index in 0..<self.visible(row) where self.source.sources[key + index] == label {
            copied += self.attention.base[place + index]
        }
        let gate = self.gate(row)
        return (own, copied, max((1 - gate) * own + gate * copied, 1e-20))
    }

    func surprise(_ classes: [Int]) -> Float {
        precondition(classes.count == self.source.logits.rows && !classes.isEmpty)
        let sum = classes.enumerated().reduce(0.0) { $0 - log(Double(self.parts($1.offset, $1.element).total)) }
        return Float(sum / Double(classes.count))
    }

    /// The gradients of the sum of the surprises, times a factor.
    func gradient(_ classes: [Int], _ factor: Float) -> CopyDistribution.TangentVector {
        let source = self.source
        var (logits, scores) = (self.probabilities, self.attention)
        var gates = Tensor(source.gates.shape, repeating: 0)
        let columns = logits.columns
        logits.withMutableBase { logits in
            scores.withMutableBase { scores in
                gates.withMutableBase { gates in
                    ComputePool.current.compute { workers in
                        workers.run { share in
                            for row in share.of(classes.count) {
                                self.slopes(
                                    row, classes[row], factor, logits + row * columns, scores + self.place(row),
                                    gates + row)
                            }
                        }
                    }
                }
            }
        }
        let (queries, keys) = self.products(scores)
        return .init(
            logits: logits, queries: queries, keys: keys, gates: gates, continuation: self.continuation(scores))
    }

    /// The gradients of what is added to scores, from those of scores.
    private func continuation(_ scores: Tensor) -> Tensor {
        var sums = [Float](repeating: 0, count: CopyMatches.kinds)
        for (index, kind) in self.source.matches.kinds.enumerated() {
            sums[Int(kind)] += scores.base[index] / self.scale
        }
        return Tensor(self.source.continuation.shape, sums)
    }

    /// Turns one row's probabilities and attention into gradients of logits, scores before their scale, and gate.
    private func slopes(
        _ row: Int, _ label: Int, _ factor: Float, _ logits: UnsafeMutablePointer<Float>,
        _ scores: UnsafeMutablePointer<Float>, _ gates: UnsafeMutablePointer<Float>
    ) {
        let (part, gate) = (self.parts(row, label), self.gate(row))
        let own = factor * (1 - gate) * part.own / part.total
        for column in 0..<self.source.logits.columns { logits[column] *= own }
        logits[label] -= own
        let span = self.source.spans.spans[self.spanOfRow[row]]
        let copied = factor * gate / part.total * self.scale
        for place in 0..<span.keys {
            let isRight: Float = self.source.sources[span.key + place] == label ? 1 : 0
            scores[place] *= copied * (part.copied - isRight)
        }
        gates.pointee = factor * (part.own - part.copied) * gate * (1 - gate) / part.total
    }

    /// The gradients of queries and keys, from those of scores.
    private func products(_ scores: Tensor) -> (queries: Tensor, keys: Tensor) {
        let source = self.source
        var keys = Tensor(uninitialized: source.keys.shape)
        let queries = Tensor.make(source.queries.shape) { queries in
            keys.withMutableBase { keys in
                ComputePool.current.compute { workers in
                    workers.run { share in
                        for index in share.of(source.spans.spans.count) {
                            let span = source.spans.spans[index]
                            let width = source.keys.columns
                            let view = MatrixView(
                                scores.base + self.starts[index], rows: span.queries, columns: span.keys)
                            let products = workers.products(of: share)
                            products.multiply(
                                view, Self.rows(source.keys, span.key, span.keys), into: queries + span.query * width)
                            products.multiply(
                                view.transposed, Self.rows(source.queries, span.query, span.queries),
                                into: keys + span.key * width)
                        }
                    }
                }
            }
        }
        return (queries, keys)
    }
}
