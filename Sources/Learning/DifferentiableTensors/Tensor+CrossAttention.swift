// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels
internal import _Differentiation

extension Tensor {
    /// Attention of several heads from the rows of this tensor to those of another (Vaswani et al., 2017).
    ///
    /// A row that sees nothing gets zeros.
    /// - Parameters:
    ///   - memory: rows × 2 width, where each row has key and value of ``width`` numbers, in this order.
    ///   - spans: Which rows see which.
    ///   - heads: How many heads there are.
    /// - Returns: A tensor of this one's shape, rows × width, which has the queries.
    @differentiable(reverse,wrt: (self, memory))
    package func attending(to memory: Tensor, _ spans: AttentionSpans, heads: Int) -> Tensor {
        CrossAttentionCall(self, memory, spans, heads: heads).forward().out
    }

    @derivative(of: attending, wrt: (self, memory))
    package func attendingDerivative(
        to memory: Tensor, _ spans: AttentionSpans, heads: Int
    ) -> (value: Tensor, pullback: (Tensor) -> (Tensor, Tensor)) {
        let call = CrossAttentionCall(self, memory, spans, heads: heads)
        let (out, weights) = call.forward()
        return (out, { $0.isZero ? ($0, $0) : call.backward($0, weights) })
    }
}

/// One call of attention between tensors, forward and backward.
private struct CrossAttentionCall {
    /// A span and a head of it, which one thread works on.
    private struct Part {
        let span: AttentionSpans.Span
        let head: Int
        /// Where its weights are: queries × keys.
        let weights: Int
    }

    private let queries: Tensor
    private let memory: Tensor
    private let spans: AttentionSpans
    private let width: Int
    private let size: Int
    private let scale: Float
    private var parts: [Part] = []
    private let weightCount: Int

    init(_ queries: Tensor, _ memory: Tensor, _ spans: AttentionSpans, heads: Int) {
        let width = queries.columns
        precondition(memory.columns == 2 * width && width % heads == 0, "\(memory.shape) is not for \(heads) heads.")
        precondition(
            queries.rows == spans.queries && memory.rows == spans.keys, "Spans of \(spans.queries) and \(spans.keys).")
        (self.queries, self.memory, self.spans) = (queries, memory, spans)
        (self.width, self.size, self.scale) = (width, width / heads, 1 / Float(width / heads).squareRoot())
        let (starts, count) = spans.places(times: heads)
        self.weightCount = count
        for (span, start) in zip(spans.spans, starts) {
            for head in 0..<heads {
                self.parts.append(Part(span: span, head: head, weights: start + head * span.queries * span.keys))
            }
        }
    }

    /// The queries of a part, or what belongs to them, in a tensor of their shape.
    private func queries(_ base: UnsafePointer<Float>, _ part: Part) -> MatrixView {
        MatrixView(base + self.place(part), rows: part.span.queries, columns: self.size, stride: self.width)
    }

    /// The keys (0) or values (1) of a part.
    private func memory(_ part: Part, _ which: Int) -> MatrixView {
        MatrixView(
            self.memory.base + self.place(part, which), rows: part.span.keys, columns: self.size,
            stride: 2 * self.width)
    }

    private func place(_ part: Part) -> Int { part.span.query * self.width + part.head * self.size }

    private func place(_ part: Part, _ which: Int) -> Int {
        part.span.key * 2 * self.width + which * self.width + part.head * self.size
    }

    /// Works on each part, with products of the thread's own.
    private func work(_ body: (Part, ComputePool.Workers, MatrixProducts) -> Void) {
        ComputePool.current.compute { workers in
            workers.run { share in
                for index in share.of(self.parts.count) {
                    body(self.parts[index], workers, workers.products(of: share))
                }
            }
        }
    }

    func forward() -> (out: Tensor, weights: Tensor) {
        var weights = Tensor(uninitialized: [self.weightCount])
        let out = Tensor.make(self.queries.shape) { out in
            weights.withMutableBase { weights in
                self.work { part, workers, products in
                    let (own, keys) = (weights + part.weights, part.span.keys)
                    products.multiply(
                        self.queries(self.queries.base, part), self.memory(part, 0).transposed, into: own)
                    for row in 0..<part.span.queries {
                        let (start, visible) = (own + row * keys, self.spans.visible[part.span.query + row])
                        if visible > 0 { workers.kernels.table.pointee.softmax(start, visible, self.scale) }
                        for column in visible..<keys { start[column] = 0 }
                    }
                    products.multiply(
                        MatrixView(own, rows: part.span.queries, columns: keys), self.memory(part, 1),
                        into: out + self.place(part), stride: self.width)
                }
            }
        }
        return (out, weights)
    }

    func backward(_ gradient: Tensor, _ weights: Tensor) -> (Tensor, Tensor) {
        var (slopes, memory) = (Tensor(uninitialized: [self.weightCount]), Tensor(uninitialized: self.memory.shape))
        let queries = Tensor.make(self.queries.shape) { queries in
            slopes.withMutableBase { slopes in
                memory.withMutableBase { memory in
                    self.work { part, _, products in
                        let (rows, keys) = (part.span.queries, part.span.keys)
                        let own = MatrixView(weights.base + part.weights, rows: rows, columns: keys)
                        let above = self.queries(gradient.base, part)
                        let slope = slopes + part.weights
                        products.multiply(above, self.memory(part, 1).transposed, into: slope)
                        self.softmaxSlopes(slope, weights.base + part.weights, rows, keys)
                        let view = MatrixView(slope, rows: rows, columns: keys)
                        products.multiply(
                            view, self.memory(part, 0), into: queries + self.place(part), stride: self.width)
                        products.multiply(
                            view.transposed, self.queries(self.queries.base, part),
                            into: memory + self.place(part, 0), stride: 2 * self.width)
                        products.multiply(
                            own.transposed, above, into: memory + self.place(part, 1), stride: 2 * self.width)
                    }
                }
            }
        }
        return (queries, memory)
    }

    /// Turns gradients of weights of attention into those of scores before their scale; what is not seen has weight 0.
    private func softmaxSlopes(
        _ slopes: UnsafeMutablePointer<Float>, _ weights: UnsafePointer<Float>, _ rows: Int, _ keys: Int
    ) {
        for row in 0..<rows {
            let (slope, weight) = (slopes + row * keys, weights + row * keys)
            var mean: Float = 0
            for column in 0..<keys { mean += slope[column] * weight[column] }
            for column in 0..<keys { slope[column] = (slope[column] - mean) * weight[column] * self.scale }
        }
    }
}
