// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels
internal import _Differentiation

extension Tensor {
    /// Self-attention of several heads within sequences that lie one after the other (Vaswani et al., 2017).
    ///
    /// Sequences of different lengths need no padding: what is computed is what is there.
    /// - Parameters:
    ///   - sequences: The lengths of the sequences, whose sum is the number of rows.
    ///   - heads: How many heads there are.
    /// - Returns: rows × width, where each row of this tensor has query, key and value of ``width`` numbers, in this order.
    @differentiable(reverse,wrt: self)
    package func attended(in sequences: [Int], heads: Int) -> Tensor {
        AttentionCall(self, sequences, heads: heads).forward().out
    }

    @derivative(of: attended, wrt: self)
    package func attendedDerivative(
        in sequences: [Int], heads: Int
    ) -> (value: Tensor, pullback: (Tensor) -> Tensor) {
        let call = AttentionCall(self, sequences, heads: heads)
        let (out, weights) = call.forward()
        return (out, { $0.isZero ? $0 : call.backward($0, weights) })
    }
}

/// One call of self-attention, forward and backward.
private struct AttentionCall {
    /// A sequence and a head of it, which one thread works on.
    private struct Part {
        /// The first row.
        let row: Int
        /// How many rows there are.
        let length: Int
        let head: Int
        /// Where the weights of attention are kept: length × length.
        let weights: Int
    }

    private let input: Tensor
    private let width: Int
    private let size: Int
    private let scale: Float
    private let parts: [Part]
    private let weightCount: Int

    init(_ input: Tensor, _ sequences: [Int], heads: Int) {
        let width = input.columns / 3
        precondition(width * 3 == input.columns && width % heads == 0, "\(input.shape) is not for \(heads) heads.")
        precondition(sequences.reduce(0, +) == input.rows, "\(sequences.reduce(0, +)) rows of \(input.rows).")
        (self.input, self.width, self.size) = (input, width, width / heads)
        self.scale = 1 / Float(width / heads).squareRoot()
        var (parts, row, weights) = ([Part](), 0, 0)
        for length in sequences {
            for head in 0..<heads {
                parts.append(Part(row: row, length: length, head: head, weights: weights))
                weights += length * length
            }
            row += length
        }
        (self.parts, self.weightCount) = (parts, weights)
    }

    /// One of query (0), key (1) and value (2) of a part, as it lies in a tensor of the input's shape.
    private func matrix(_ base: UnsafePointer<Float>, _ part: Part, _ which: Int) -> MatrixView {
        MatrixView(
            base + part.row * 3 * self.width + which * self.width + part.head * self.size, rows: part.length,
            columns: self.size, stride: 3 * self.width)
    }

    /// Where a part lies in a tensor of the output's shape.
    private func place(_ part: Part) -> Int { part.row * self.width + part.head * self.size }

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
        let out = Tensor.make([self.input.rows, self.width]) { out in
            weights.withMutableBase { weights in
                self.work { part, workers, products in
                    let own = weights + part.weights
                    let input = self.input.base
                    products.multiply(self.matrix(input, part, 0), self.matrix(input, part, 1).transposed, into: own)
                    for row in 0..<part.length {
                        workers.kernels.table.pointee.softmax(own + row * part.length, part.length, self.scale)
                    }
                    let view = MatrixView(own, rows: part.length, columns: part.length)
                    products.multiply(
                        view, self.matrix(input, part, 2), into: out + self.place(part), stride: self.width)
                }
            }
        }
        return (out, weights)
    }

    func backward(_ gradient: Tensor, _ weights: Tensor) -> Tensor {
        var slopes = Tensor(uninitialized: [self.weightCount])
        return Tensor.make(self.input.shape) { result in
            slopes.withMutableBase { slopes in
                self.work { part, _, products in
                    let own = MatrixView(weights.base + part.weights, rows: part.length, columns: part.length)
                    let above = MatrixView(
                        gradient.base + self.place(part), rows: part.length, columns: self.size, stride: self.width)
                    let slope = slopes + part.weights
                    products.multiply(above, self.matrix(self.input.base, part, 2).transposed, into: slope)
                    self.softmaxSlopes(slope, weights.base + part.weights, part.length)
                    let view = MatrixView(slope, rows: part.length, columns: part.length)
                    let target = result + part.row * 3 * self.width + part.head * self.size
                    let (query, key) = (self.matrix(self.input.base, part, 0), self.matrix(self.input.base, part, 1))
                    products.multiply(view, key, into: target, stride: 3 * self.width)
                    products.multiply(view.transposed, query, into: target + self.width, stride: 3 * self.width)
                    products.multiply(own.transposed, above, into: target + 2 * self.width, stride: 3 * self.width)
                }
            }
        }
    }

    /// Turns gradients of weights of attention into those of scores before their scale.
    private func softmaxSlopes(_ slopes: UnsafeMutablePointer<Float>, _ weights: UnsafePointer<Float>, _ length: Int) {
        for row in 0..<length {
            let (slope, weight) = (slopes + row * length, weights + row * length)
            var mean: Float = 0
            for column in 0..<length { mean += slope[column] * weight[column] }
            for column in 0..<length { slope[column] = (slope[column] - mean) * weight[column] * self.scale }
        }
    }
}
