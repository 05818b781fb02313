// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels
internal import _Differentiation

extension Tensor {
    /// Attention of one query of each sequence to all of its rows (Vaswani et al., 2017), for what only a summary is wanted of.
    ///
    /// - Parameters:
    ///   - rows: rows × 2 width, where each row has key and value of ``width`` numbers, in this order.
    ///   - sequences: The lengths of the sequences, whose sum is the number of rows.
    ///   - heads: How many heads there are.
    /// - Returns: sequences × width, where this tensor has the queries.
    @differentiable(reverse,wrt: (self, rows))
    package func summary(of rows: Tensor, in sequences: [Int], heads: Int) -> Tensor {
        SummaryCall(self, rows, sequences, heads: heads).forward().out
    }

    @derivative(of: summary, wrt: (self, rows))
    package func summaryDerivative(
        of rows: Tensor, in sequences: [Int], heads: Int
    ) -> (value: Tensor, pullback: (Tensor) -> (Tensor, Tensor)) {
        let call = SummaryCall(self, rows, sequences, heads: heads)
        let (out, weights) = call.forward()
        return (out, { $0.isZero ? ($0, $0) : call.backward($0, weights) })
    }
}

/// One call of attention by a single query of each sequence, forward and backward.
private struct SummaryCall {
    private let queries: Tensor
    private let input: Tensor
    private let lengths: [Int]
    /// The first row of each sequence.
    private let starts: [Int]
    private let heads: Int
    private let width: Int
    private let size: Int
    private let scale: Float

    init(_ queries: Tensor, _ input: Tensor, _ sequences: [Int], heads: Int) {
        let width = queries.columns
        precondition(input.columns == 2 * width && width % heads == 0, "\(input.shape) is not for \(heads) heads.")
        precondition(queries.rows == sequences.count, "\(queries.rows) queries for \(sequences.count) sequences.")
        precondition(sequences.reduce(0, +) == input.rows, "\(sequences.reduce(0, +)) rows of \(input.rows).")
        (self.queries, self.input, self.lengths, self.heads) = (queries, input, sequences, heads)
        (self.width, self.size, self.scale) = (width, width / heads, 1 / Float(width / heads).squareRoot())
        self.starts = sequences.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    }

    /// Works on each sequence and head: where its query is, where its keys begin, and where its weights are.
    private func work(_ body: (_ query: Int, _ key: Int, _ weights: Int, _ length: Int, Kernels) -> Void) {
        ComputePool.current.compute { workers in
            workers.run { share in
                for sequence in share.of(self.lengths.count) {
                    let (start, length) = (self.starts[sequence], self.lengths[sequence])
                    for head in 0..<self.heads {
                        body(
                            sequence * self.width + head * self.size, start * 2 * self.width + head * self.size,
                            start * self.heads + head * length, length, workers.kernels)
                    }
                }
            }
        }
    }

    func forward() -> (out: Tensor, weights: Tensor) {
        let (size, stride) = (self.size, 2 * self.width)
        var weights = Tensor(uninitialized: [self.input.rows * self.heads])
        let out = Tensor.make(self.queries.shape) { out in
            weights.withMutableBase { weights in
                self.work { query, key, place, length, kernels in
                    let own = weights + place
                    for row in 0..<length {
                        own[row] = Self.dot(self.queries.base + query, self.input.base + key + row * stride, size)
                    }
                    kernels.table.pointee.softmax(own, length, self.scale)
                    (out + query).update(repeating: 0, count: size)
                    for row in 0..<length {
                        Self.add(out + query, self.input.base + key + self.width + row * stride, own[row], size)
                    }
                }
            }
        }
        return (out, weights)
    }

    func backward(_ gradient: Tensor, _ weights: Tensor) -> (queries: Tensor, rows: Tensor) {
        let (size, stride) = (self.size, 2 * self.width)
        var rows = Tensor(uninitialized: self.input.shape)
        let queries = Tensor.make(self.queries.shape) { queries in
            rows.withMutableBase { rows in
                self.work { query, key, place, length, _ in
                    let (above, own) = (gradient.base + query, weights.base + place)
                    let slope = queries + query
                    var mean: Float = 0
                    // The slopes of scores wait where those of keys will be.
                    for row in 0..<length {
                        let (at, value) = (key + row * stride, key + self.width + row * stride)
                        rows[at] = Self.dot(above, self.input.base + value, size)
                        mean += rows[at] * own[row]
                        for index in 0..<size { rows[value + index] = above[index] * own[row] }
                    }
                    slope.update(repeating: 0, count: size)
                    for row in 0..<length {
                        let at = key + row * stride
                        let score = (rows[at] - mean) * own[row] * self.scale
                        Self.add(slope, self.input.base + at, score, size)
                        for index in 0..<size { rows[at + index] = self.queries.base[query + index] * score }
                    }
                }
            }
        }
        return (queries, rows)
    }

    private static func dot(_ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ count: Int) -> Float {
        var sums = SIMD8<Float>.zero
        for index in 0..<count / 8 {
            sums += Self.eight(left, index) * Self.eight(right, index)
        }
        var sum = sums.sum()
        for index in count / 8 * 8..<count { sum += left[index] * right[index] }
        return sum
    }

    private static func eight(_ base: UnsafePointer<Float>, _ index: Int) -> SIMD8<Float> {
        UnsafeRawPointer(base + index * 8).loadUnaligned(as: SIMD8<Float>.self)
    }

    /// Adds a row times a factor.
    private static func add(
        _ sum: UnsafeMutablePointer<Float>, _ row: UnsafePointer<Float>, _ factor: Float, _ count: Int
    ) {
        for index in 0..<count { sum[index] += row[index] * factor }
    }
}
