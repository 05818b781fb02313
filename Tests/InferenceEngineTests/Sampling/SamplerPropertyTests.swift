// SPDX-License-Identifier: Apache-2.0

import Foundation
import InferenceEngine
import LLMCore
import Testing

@Suite("What holds of every sampler")
struct SamplerPropertyTests {
    /// Options of all kinds, always the same for a seed.
    private static func options(_ random: inout SeededGenerator) -> SamplingOptions {
        func chance() -> Bool { .random(using: &random) }
        func draw(_ range: ClosedRange<Float>) -> Float { .random(in: range, using: &random) }
        var options = SamplingOptions(
            temperature: draw(0.05...3), repetitionPenalty: chance() ? draw(0.5...2) : 1,
            presencePenalty: chance() ? draw(-2...2) : 0, frequencyPenalty: chance() ? draw(-2...2) : 0,
            penaltyWindow: chance() ? Int.random(in: 0...30, using: &random) : nil,
            dry: chance() ? .init(multiplier: draw(0...3), allowedLength: 1, breakers: []) : nil,
            logitBias: chance() ? [0: draw(-100...100), 5: -100, 1000: 3] : [:], seed: 11)
        if chance(), chance() {
            options.mirostat = .init(tau: draw(0.1...9), eta: draw(0.01...1))
            options.topP = 1
        } else {
            options.topK = chance() ? Int.random(in: 1...50, using: &random) : nil
            options.topP = chance() ? draw(0.001...1) : 1
            options.minP = chance() ? draw(0...1) : 0
            options.typicalP = chance() ? draw(0.001...1) : 1
            options.xtc = chance() ? .init(probability: draw(0...1), threshold: draw(0.001...0.5)) : nil
        }
        return options
    }

    /// Logits of all kinds, with what a broken model might give among them.
    private static func logits(_ random: inout SeededGenerator) -> [Float] {
        let count = Int.random(in: 1...90, using: &random)
        let bad: [Float] = [.nan, -.infinity, -1e38, 1e38, .infinity, 0]
        let share = ([0, 0, 0.1, 0.5, 1] as [Double]).randomElement(using: &random) ?? 0
        let scale = ([0, 1, 8, 1e4] as [Float]).randomElement(using: &random) ?? 1
        return (0..<count).map { _ in
            Double.random(in: 0..<1, using: &random) < share
                ? bad.randomElement(using: &random) ?? 0 : scale * .random(in: -1...1, using: &random)
        }
    }

    @Test("A token is always chosen, and one that is possible if any is", arguments: 0..<8)
    func alwaysChooses(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<250 {
            let options = Self.options(&random)
            try options.validate()
            let logits = Self.logits(&random)
            var sampler = Sampler(options: options, topLogProbabilities: 3, prompt: [0, 1, 2, 1, 2])
            for _ in 0..<4 {
                let token = Int(sampler.token(logits))
                #expect(logits.indices.contains(token))
                let isPossible = logits[token] > -.infinity && options.logitBias[token] != -100
                let others = logits.indices.filter { logits[$0] > -1e30 && options.logitBias[$0] != -100 }
                #expect(isPossible || others.isEmpty)
            }
        }
    }

    @Test("All minus infinity, all not-a-number: the first token that is there", arguments: [-Float.infinity, .nan])
    func nothingPossible(value: Float) {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<100 {
            var sampler = Sampler(options: Self.options(&random), topLogProbabilities: 2)
            #expect(sampler.token([value, value, value]) == 0)
        }
    }

    @Test("The logits are put back, and log-probabilities are the model's own")
    func logitsStay() throws {
        var random = SeededGenerator(seed: 4)
        let logits = SampleLogits.model(300, seed: 8)
        let expected = ReferenceDistribution(options: SamplingOptions(temperature: 1, topP: 1)).probabilities(logits)
        let order = expected.indices.sorted { expected[$0] > expected[$1] }
        for _ in 0..<100 {
            var sampler = Sampler(options: Self.options(&random), topLogProbabilities: 5, prompt: [0, 1, 2, 1, 2])
            var copy = logits
            for _ in 0..<5 {
                let choice = copy.withUnsafeMutableBufferPointer { sampler.sample($0) }
                #expect(copy == logits)
                #expect(choice.top.map { Int($0.token) } == Array(order.prefix(5)))
                let pairs = choice.top + [(choice.token, try #require(choice.logProbability))]
                for (token, value) in pairs { #expect(abs(Double(value) - log(expected[Int(token)])) < 1e-4) }
            }
        }
    }

    @Test("More alternatives than tokens, or none, are reported as they are", arguments: [(0, 0), (3, 3), (9, 5)])
    func alternatives(count: Int, expected: Int) {
        var logits: [Float] = [2, 1, 2, .nan, 0, -1]
        var sampler = Sampler(options: .greedy, topLogProbabilities: count)
        let choice = logits.withUnsafeMutableBufferPointer { sampler.sample($0) }
        #expect(choice.top.map(\.token) == Array([0, 2, 1, 4, 5].prefix(expected)))
        #expect(choice.token == 0 && choice.logProbability != nil)
    }

    @Test("A seed gives the same tokens, whatever is sampled beside it or was looked at before")
    func seeds() {
        var random = SeededGenerator(seed: 21)
        let rows = (0..<20).map { SampleLogits.model(200, seed: $0) }
        for _ in 0..<60 {
            let options = Self.options(&random)
            let prompt: [Int32] = [3, 1, 4, 1, 5]
            var alone = Sampler(options: options, prompt: prompt)
            let tokens = rows.map { alone.token($0) }
            var (first, second) = (Sampler(options: options, prompt: prompt), Sampler(options: options, prompt: prompt))
            for (row, token) in zip(rows, tokens) {
                #expect(first.token(row) == token && second.token(row) == token)
                // A draft: sampled ahead by a copy, then thrown away.
                var draft = first
                for ahead in rows.prefix(2) { _ = draft.token(ahead) }
            }
        }
    }

    @Test("Different seeds differ")
    func differentSeeds() {
        let logits = SampleLogits.model(500, seed: 1)
        let texts = (0..<20 as Range<UInt64>).map { seed in
            var sampler = Sampler(options: SamplingOptions(temperature: 1.5, seed: seed))
            return (0..<12).map { _ in sampler.token(logits) }
        }
        #expect(Set(texts).count == 20)
    }
}
