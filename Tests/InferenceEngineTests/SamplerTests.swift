// SPDX-License-Identifier: Apache-2.0

import Foundation
import InferenceEngine
import LLMCore
import Testing

@Suite("Sampling")
struct SamplerTests {
    /// How often each token is drawn from these logits.
    private static func frequencies(_ logits: [Float], _ options: SamplingOptions, draws: Int = 4000) -> [Int32: Double]
    {
        var sampler = Sampler(options: options)
        var counts: [Int32: Double] = [:]
        for _ in 0..<draws {
            var copy = logits
            let token = copy.withUnsafeMutableBufferPointer { sampler.sample($0).token }
            counts[token, default: 0] += 1 / Double(draws)
        }
        return counts
    }

    static let logits: [Float] = [0.5, 0.4, 0.05, 0.03, 0.02].map(log)

    private typealias Options = SamplingOptions

    static let filterCases: [(SamplingOptions, [Double])] = [
        (Options(temperature: 1, topP: 1, seed: 1), [0.5, 0.4, 0.05, 0.03, 0.02]),
        (Options(temperature: 1, topK: 2, topP: 1, seed: 1), [0.5 / 0.9, 0.4 / 0.9]),
        (Options(temperature: 1, topK: 100, topP: 1, seed: 1), [0.5, 0.4, 0.05, 0.03, 0.02]),
        (Options(temperature: 1, topP: 0.9, seed: 1), [0.5 / 0.9, 0.4 / 0.9]),
        (Options(temperature: 1, topP: 0.93, seed: 1), [0.5 / 0.95, 0.4 / 0.95, 0.05 / 0.95]),
        (Options(temperature: 1, topP: 0.01, seed: 1), [1]),
        (Options(temperature: 1, topP: 1, minP: 0.5, seed: 1), [0.5 / 0.9, 0.4 / 0.9]),
        (Options(temperature: 1, topP: 0.99, minP: 0.5, seed: 1), [0.5 / 0.9, 0.4 / 0.9]),
        (Options(temperature: 0.01, topP: 1, seed: 1), [1]),
        (Options(temperature: 0.5, topP: 1, seed: 1), [0.605, 0.387, 0.006, 0.002, 0.001]),
    ]

    @Test("The filters leave the right tokens, in the right proportions", arguments: filterCases)
    func filters(options: SamplingOptions, expected: [Double]) {
        let found = Self.frequencies(Self.logits, options)
        for token in Self.logits.indices {
            let wanted = token < expected.count ? expected[token] : 0
            // Four standard deviations of 4,000 draws.
            let tolerance = 4 * (wanted * (1 - wanted) / 4000).squareRoot() + (wanted == 0 ? 0 : 0.002)
            #expect(abs(found[Int32(token), default: 0] - wanted) <= tolerance)
        }
    }

    @Test("A nucleus that reaches far down the distribution is exact")
    func flatDistribution() {
        let logits = [Float](repeating: 0, count: 3000) + [Float](repeating: -25, count: 3000)
        let all = Self.frequencies(logits, SamplingOptions(temperature: 1, topP: 0.999_999, seed: 3))
        #expect(all.count > 2000 && all.keys.allSatisfy { $0 < 3000 })
        let half = Self.frequencies(logits, SamplingOptions(temperature: 1, topP: 0.5, seed: 3))
        #expect(half.keys.allSatisfy { $0 <= 1500 } && half.count > 1000)
    }

    @Test("Temperature 0 takes the first of the largest logits, even beside infinities and not-a-number")
    func greedy() {
        for (logits, expected) in [
            ([1, 3, 3, 2] as [Float], 1 as Int32), ([-.infinity, -5, -.infinity], 1), ([.nan, 2, 1], 1), ([0], 0),
        ] {
            #expect(Self.frequencies(logits, .greedy, draws: 1) == [expected: 1])
        }
    }
}
