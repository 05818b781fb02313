// SPDX-License-Identifier: Apache-2.0

import Foundation
import InferenceEngine
import Testing

extension Sampler {
    /// Chooses a token for logits that stay as they are.
    mutating func token(_ logits: [Float]) -> Int32 {
        var copy = logits
        return copy.withUnsafeMutableBufferPointer { self.sample($0).token }
    }

    /// How often each token is drawn.
    mutating func counts(_ logits: [Float], draws: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: logits.count)
        var copy = logits
        copy.withUnsafeMutableBufferPointer { buffer in
            for _ in 0..<draws { counts[Int(self.sample(buffer).token)] += 1 }
        }
        return counts
    }
}

/// Whether counts may come from a distribution: nothing impossible was drawn, and a chi-square test does not reject.
func expect(
    _ counts: [Int], follow probabilities: [Double], sourceLocation: SourceLocation = #_sourceLocation
) {
    let draws = Double(counts.reduce(0, +))
    // What is too rare to be counted by itself is counted together.
    var (square, bins, rare) = (0.0, 0, (found: 0.0, expected: 0.0))
    func add(_ found: Double, _ expected: Double) {
        square += (found - expected) * (found - expected) / expected
        bins += 1
    }
    for (count, probability) in zip(counts, probabilities) {
        if probability == 0 {
            #expect(count == 0, sourceLocation: sourceLocation)
        } else if probability * draws >= 8 {
            add(Double(count), probability * draws)
        } else {
            rare.found += Double(count)
            rare.expected += probability * draws
        }
    }
    if rare.expected >= 8 { add(rare.found, rare.expected) }
    let freedom = Double(max(1, bins - 1))
    #expect(square <= freedom + 4 * (2 * freedom).squareRoot() + 4, sourceLocation: sourceLocation)
}

/// Logits of several shapes, always the same.
enum SampleLogits {
    static let few: [Float] = [0.5, 0.4, 0.05, 0.03, 0.02].map(log)

    /// One likely token, far above many that are likelier together.
    static let cliff: [Float] = [log(0.3)] + [Float](repeating: log(0.7 / 600), count: 600)

    /// As of a model: a few likely tokens above a bell of unlikely ones.
    static func model(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let bell = (0..<6).reduce(Float(0)) { sum, _ in sum + .random(in: -1.5...1.5, using: &generator) }
            return index % 97 == 5 ? bell + .random(in: 4...11, using: &generator) : bell
        }
    }

    /// Nearly all equally likely.
    static func flat(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in .random(in: -0.2...0.2, using: &generator) }
    }
}
