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
