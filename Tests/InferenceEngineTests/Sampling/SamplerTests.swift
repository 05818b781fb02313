// SPDX-License-Identifier: Apache-2.0

import Foundation
import InferenceEngine
import LLMCore
import TensorKernels
import Testing

@Suite("Sampling")
struct SamplerTests {
    private typealias Options = SamplingOptions

    static let options: [SamplingOptions] = [
        Options(temperature: 1, topP: 1), Options(temperature: 0.5, topP: 1), Options(temperature: 2.5, topP: 1),
        Options(temperature: 0.01, topP: 1), Options(temperature: 1, topK: 1, topP: 1),
        Options(temperature: 1, topK: 3, topP: 1), Options(temperature: 1.5, topK: 40, topP: 1),
        Options(temperature: 1, topK: 100_000, topP: 1), Options(temperature: 1, topP: 0.897),
        Options(temperature: 0.7, topP: 0.93), Options(temperature: 3, topP: 0.6), Options(temperature: 1, topP: 0.01),
        Options(temperature: 0.8, topK: 20, topP: 0.77), Options(temperature: 1, topP: 1, minP: 0.3),
        Options(temperature: 2, topP: 1, minP: 0.05), Options(temperature: 1, topP: 1, minP: 1),
        Options(temperature: 1, topP: 0.97, minP: 0.09), Options(temperature: 1, topP: 1, typicalP: 0.2),
        Options(temperature: 1, topP: 1, typicalP: 0.95), Options(temperature: 1.3, topK: 30, topP: 1, typicalP: 0.62),
        Options(temperature: 0.9, topP: 0.9, minP: 0.02, typicalP: 0.88),
        Options(temperature: 1, topP: 1, xtc: .init(probability: 1, threshold: 0.1)),
        Options(temperature: 1.2, topP: 1, xtc: .init(probability: 0.4, threshold: 0.04)),
        Options(temperature: 1, topP: 0.96, xtc: .init(probability: 0.5, threshold: 0.03)),
        Options(temperature: 1, topP: 1, minP: 0.01, xtc: .init(probability: 0.7, threshold: 0.06)),
        Options(temperature: 1, topK: 4, topP: 1, xtc: .init(probability: 1, threshold: 0.01)),
        Options(temperature: 1, topP: 1, logitBias: [0: -100, 1: 2.5, 3: 1]),
        Options(temperature: 1, topK: 12, topP: 0.9, typicalP: 0.97, xtc: .init(), logitBias: [2: 3]),
    ]

    @Test("What is drawn follows the distribution that the options ask for", arguments: options)
    func distributions(options: SamplingOptions) {
        var options = options
        options.seed = 1
        for logits in [
            SampleLogits.few, SampleLogits.model(16, seed: 2), SampleLogits.model(1000, seed: 3),
            SampleLogits.flat(777, seed: 4), SampleLogits.cliff,
        ] {
            var sampler = Sampler(options: options)
            let expected = ReferenceDistribution(options: options).probabilities(logits)
            expect(sampler.counts(logits, draws: 1500), follow: expected)
        }
    }

    @Test("The distribution is the same with all kernels and a vocabulary of the usual size", arguments: 0..<4)
    func kernels(seed: Int) {
        var logits = SampleLogits.model(49_152, seed: 9)
        for token in [0, 700, 49_151] { logits[token] = .nan }
        let all = [
            Options(temperature: 1, topP: 0.9, seed: 1), Options(temperature: 0.8, topP: 1, typicalP: 0.9, seed: 2),
            Options(temperature: 0.4, topP: 1, seed: 3),
            Options(temperature: 0.9, topK: 40, topP: 1, minP: 0.05, xtc: .init(), seed: 4),
        ]
        let expected = ReferenceDistribution(options: all[seed]).probabilities(logits)
        for kernels in [Kernels.available[0], .best] {
            var sampler = Sampler(options: all[seed], kernels: kernels)
            expect(sampler.counts(logits, draws: 400), follow: expected)
        }
    }

    @Test("A nucleus that reaches far down the distribution is exact")
    func flatDistribution() {
        let logits = [Float](repeating: 0, count: 3000) + [Float](repeating: -25, count: 3000)
        var all = Sampler(options: Options(temperature: 1, topP: 0.999_999, seed: 3))
        let counts = all.counts(logits, draws: 4000)
        #expect(counts.count { $0 > 0 } > 2000 && counts[3000...].allSatisfy { $0 == 0 })
        var half = Sampler(options: Options(temperature: 1, topP: 0.5, seed: 3))
        let halfCounts = half.counts(logits, draws: 4000)
        #expect(halfCounts.count { $0 > 0 } > 1000 && halfCounts[1501...].allSatisfy { $0 == 0 })
    }

    @Test(
        "Temperature 0 takes the first of the largest logits, even beside infinities and not-a-number",
        arguments: [
            ([1, 3, 3, 2], 1), ([-.infinity, -5, -.infinity], 1), ([.nan, 2, 1], 1), ([0], 0),
            (.init(repeating: 0, count: 3000) + [1, 0, 1], 3000),
        ] as [([Float], Int32)])
    func greedy(logits: [Float], expected: Int32) {
        for options in [SamplingOptions.greedy, Options(temperature: 0, topK: 2, topP: 0.1, minP: 0.5)] {
            var sampler = Sampler(options: options)
            #expect(sampler.token(logits) == expected)
        }
    }

    @Test(
        "Temperatures at the ends of their range still choose",
        arguments: [.leastNonzeroMagnitude, .leastNormalMagnitude, 1e-30, 1e30, 3e38] as [Float])
    func extremeTemperatures(temperature: Float) {
        for options in [
            Options(temperature: temperature, topP: 1, seed: 1), Options(temperature: temperature, topK: 3, seed: 1),
            Options(temperature: temperature, mirostat: .init(), seed: 1),
        ] {
            var sampler = Sampler(options: options)
            let counts = sampler.counts([1, 4, 2, 3], draws: 300)
            #expect(temperature < 1 ? counts[1] == 300 : counts[1] < 200)
        }
    }

    @Test(
        "Excluding top choices leaves the least likely of them",
        arguments: [(0.3, [1, 2]), (0.45, [0, 1, 2]), (0.02, [4])])
    func exclusion(threshold: Double, left: [Int]) {
        for topP in [1, 0.9999] as [Float] {
            let xtc = Options.XTC(probability: 1, threshold: Float(threshold) - 0.001)
            var sampler = Sampler(options: Options(temperature: 1, topP: topP, xtc: xtc, seed: 1))
            let counts = sampler.counts(SampleLogits.few, draws: 2000)
            #expect(counts.indices.filter { counts[$0] > 0 }.prefix(left.count).elementsEqual(left))
        }
    }

    @Test(
        "Mirostat holds the surprise of what is chosen at tau",
        arguments: [(1.5, 0.8), (2, 1), (3, 1), (4, 1.3), (6, 1.6)] as [(Float, Float)])
    func mirostat(tau: Float, temperature: Float) {
        // Steeper and flatter in turn; tau is between the least and the most that they allow on average.
        let rows = (0..<5).map { row in (1...600).map { -log(Float($0)) * (1 + 0.25 * Float(row)) } }
        let plain = ReferenceDistribution(options: Options(temperature: temperature, topP: 1))
        let probabilities = rows.map { plain.probabilities($0) }
        var sampler = Sampler(
            options: Options(temperature: temperature, mirostat: .init(tau: tau, eta: 0.1), seed: 6))
        var surprise = 0.0
        for step in 0..<3000 {
            let token = sampler.token(rows[step % 5])
            if step >= 500 { surprise -= log2(probabilities[step % 5][Int(token)]) / 2500 }
        }
        #expect(abs(surprise - Double(tau)) < 0.05)
    }
}
