// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Foundation
import Testing
import _Differentiation

@Suite("Self-attention of several heads")
struct AttentionTests {
    private static let sequences = [3, 1, 5]
    private static let input = GradientCheck.tensor([9, 24], seed: 5, scale: 1.5)

    /// What the definition says, in double precision: rows × width.
    private static func expected(_ input: Tensor, _ sequences: [Int], heads: Int) -> [Double] {
        let width = input.columns / 3
        let (size, values) = (width / heads, input.values.map(Double.init))
        func number(_ row: Int, _ which: Int, _ head: Int, _ place: Int) -> Double {
            values[row * 3 * width + which * width + head * size + place]
        }
        var out = [Double](repeating: 0, count: input.rows * width)
        var start = 0
        for length in sequences {
            for head in 0..<heads {
                for row in start..<start + length {
                    let scores = (start..<start + length).map { key in
                        (0..<size).reduce(0) { $0 + number(row, 0, head, $1) * number(key, 1, head, $1) }
                            / Double(size).squareRoot()
                    }
                    let weights = scores.map { exp($0 - (scores.max() ?? 0)) }
                    let total = weights.reduce(0, +)
                    for place in 0..<size {
                        out[row * width + head * size + place] = weights.enumerated().reduce(0) {
                            $0 + $1.element / total * number(start + $1.offset, 2, head, place)
                        }
                    }
                }
            }
            start += length
        }
        return out
    }

    @Test("It is what its definition says, within each sequence", arguments: DerivativeTests.pools.indices)
    func forward(pool: Int) {
        ComputePool.$current.withValue(DerivativeTests.pools[pool]) {
            for heads in [1, 2, 4] {
                let out = Self.input.attended(in: Self.sequences, heads: heads)
                #expect(out.shape == [9, 8])
                let expected = Self.expected(Self.input, Self.sequences, heads: heads)
                #expect(zip(out.values, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
            }
        }
    }

    @Test("Its derivative is what differences of values are", arguments: DerivativeTests.pools.indices)
    func derivative(pool: Int) {
        ComputePool.$current.withValue(DerivativeTests.pools[pool]) {
            GradientCheck.check(Self.input) { $0.attended(in: Self.sequences, heads: 2).weighted() }
        }
    }
}

@Suite("Summaries")
struct SummaryTests {
    private static let sequences = [1, 5, 3]
    private static let queries = GradientCheck.tensor([3, 8], seed: 31)
    private static let rows = GradientCheck.tensor([9, 16], seed: 32)

    @Test("The summary of a sequence is what attention gives for that row", arguments: DerivativeTests.pools.indices)
    func same(pool: Int) {
        ComputePool.$current.withValue(DerivativeTests.pools[pool]) {
            let all = GradientCheck.tensor([9, 24], seed: 33)
            let parts = all.values
            func columns(_ range: Range<Int>, of rows: [Int]) -> Tensor {
                Tensor([rows.count, range.count], rows.flatMap { row in range.map { parts[row * 24 + $0] } })
            }
            let whole = all.attended(in: Self.sequences, heads: 2).gathering([0, 1, 6])
            let summary = columns(0..<8, of: [0, 1, 6])
                .summary(of: columns(8..<24, of: Array(0..<9)), in: Self.sequences, heads: 2)
            #expect(summary.shape == [3, 8])
            #expect(zip(summary.values, whole.values).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("Its derivatives are what differences of values are", arguments: DerivativeTests.pools.indices)
    func derivative(pool: Int) {
        ComputePool.$current.withValue(DerivativeTests.pools[pool]) {
            let (queries, rows) = (Self.queries, Self.rows)
            GradientCheck.check(queries) { $0.summary(of: rows, in: Self.sequences, heads: 2).weighted() }
            GradientCheck.check(rows) { queries.summary(of: $0, in: Self.sequences, heads: 2).weighted() }
        }
    }
}
