// SPDX-License-Identifier: Apache-2.0

import AdaptiveControl
import OpenAutoGLMTesting
import RealModule
import Testing

@Suite("Calibration")
struct CalibrationTests {
    /// Examples of three states, with a model's probabilities sharpened by a factor.
    private func examples(_ count: Int, sharpness: [Double], seed: UInt64) -> (logs: [[[Double]]], states: [Int]) {
        var generator = SeededGenerator(state: seed)
        var (logs, states) = (sharpness.map { _ in [[Double]]() }, [Int]())
        for _ in 0..<count {
            let honest = sharpness.map { _ in (0..<3).map { _ in Double.random(in: -2...2, using: &generator) } }
            // The truth follows both models' honest logits together.
            let sums = (0..<3).map { state in Double.exp(honest.reduce(0) { $0 + $1[state] }) }
            var chance = Double.random(in: 0..<sums.reduce(0, +), using: &generator)
            states.append(
                sums.firstIndex {
                    chance -= $0; return chance < 0
                } ?? 2)
            for (model, factor) in sharpness.enumerated() {
                let scaled = honest[model].map { Double.exp($0 * factor) }
                let total = scaled.reduce(0, +)
                logs[model].append(scaled.map { .log($0 / total) })
            }
        }
        return (logs, states)
    }

    @Test(
        "A model that would best be believed the contrary of is not heard, and the other counts as much as it does alone"
    )
    func contrary() throws {
        let (logs, states) = self.examples(3000, sharpness: [1, 1], seed: 5)
        let contrary = zip(logs[0], logs[1]).map { first, second in
            OpinionPool.logProbabilities(zip(first, second).map { .exp(min(0, ($0 - 2 * $1) / 4 - 1)) })
        }
        let both = try OpinionPool(fitting: [logs[0], contrary], states: states)
        let alone = try OpinionPool(fitting: [logs[0]], states: states)
        #expect(
            both.weights[1] == 0 && abs(both.weights[0] - alone.weights[0]) < 0.01, "\(both.weights), \(alone.weights)")
    }

    @Test(
        "One model's weight is the inverse of its temperature, and its calibration error is gone",
        arguments: [0.5, 1, 3, 5])
    func temperature(sharpness: Double) throws {
        let (logs, states) = self.examples(6000, sharpness: [sharpness], seed: 3)
        let pool = try OpinionPool(fitting: logs, states: states)
        #expect(abs(pool.weights[0] * sharpness - 1) < 0.08, "\(pool.weights)")
        func error(_ pool: OpinionPool) -> Double {
            CalibrationError.expected(
                logs[0].indices.map { example in
                    let (state, confidence, _) = CascadePlan.answer(pool.pooled([logs[0][example]]))
                    return (confidence, state == states[example])
                })
        }
        #expect(error(pool) < 0.02)
        if sharpness >= 3 { #expect(try error(OpinionPool(weights: [1])) > 0.08) }
    }

    @Test("Opinions of several models are weighted as they deserve")
    func pooling() throws {
        let (logs, states) = self.examples(8000, sharpness: [2, 0.5], seed: 5)
        let pool = try OpinionPool(fitting: logs, states: states)
        #expect(abs(pool.weights[0] - 0.5) < 0.05 && abs(pool.weights[1] - 2) < 0.2, "\(pool.weights)")
        // Who only repeats counts for nothing more: the weights of both add up to that of one.
        let one = try OpinionPool(fitting: [logs[0]], states: states)
        let twice = try OpinionPool(fitting: [logs[0], logs[0]], states: states)
        #expect(abs(twice.weights.reduce(0, +) - one.weights[0]) < 0.02)
    }

    @Test("Where all are right, weights stay finite; what does not fit is refused")
    func pools() throws {
        let sure = [[Double]](repeating: OpinionPool.logProbabilities([1, 0]), count: 50)
        let pool = try OpinionPool(fitting: [sure], states: [Int](repeating: 0, count: 50))
        #expect(pool.weights[0].isFinite && pool.pooled([[0, -700]]).allSatisfy(\.isFinite))
        let opposite = try OpinionPool(fitting: [sure], states: [Int](repeating: 1, count: 50))
        #expect(opposite.weights == [0])
        #expect(throws: AdaptiveControlError.self) { try OpinionPool(fitting: [sure], states: [0]) }
        #expect(throws: AdaptiveControlError.self) { try OpinionPool(fitting: [], states: []) }
        #expect(throws: AdaptiveControlError.self) { try OpinionPool(weights: [-1]) }
        #expect(throws: AdaptiveControlError.self) { try OpinionPool(weights: [.nan]) }
    }

    @Test("Isotonic regression is the least squares fit that never falls, as computed by hand")
    func isotonic() throws {
        let right = [false, true, false, false, true, true, false, true]
        let map = try IsotonicRegression(fitting: right.enumerated().map { (Double($0) / 10, $1) })
        // 0 | 1 0 0 → 1/3 | 1 1 0 → 2/3 | 1
        #expect(map.values.count == 4)
        for (value, expected) in zip(map.values, [0, 1 / 3.0, 2 / 3.0, 1]) { #expect(abs(value - expected) < 1e-12) }
        for (score, expected) in zip(map.scores, [0, 0.2, 0.5, 0.7]) { #expect(abs(score - expected) < 1e-12) }
        #expect(map(0.34) < map(0.36) && map(-5) < 1e-5 && map(9) > 1 - 1e-5 && !map(.nan).isNaN)
    }

    @Test("Isotonic maps rise, and mend the calibration of scores that are distorted")
    func distorted() throws {
        var generator = SeededGenerator(state: 8)
        let outcomes = (0..<5000).map { _ in
            let truth = Double.random(in: 0...1, using: &generator)
            return (score: truth * truth, isRight: Double.random(in: 0..<1, using: &generator) < truth)
        }
        let map = try IsotonicRegression(fitting: Array(outcomes.prefix(2500)))
        let judged = outcomes.suffix(2500)
        #expect(CalibrationError.expected(Array(judged)) > 0.1)
        #expect(CalibrationError.expected(judged.map { (map($0.score), $0.isRight) }) < 0.04)
        let values = (0...1000).map { map(Double($0) / 1000) }
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
        #expect(throws: AdaptiveControlError.self) { try IsotonicRegression(fitting: []) }
        #expect(throws: AdaptiveControlError.self) { try IsotonicRegression(fitting: [(.nan, true)]) }
        #expect(throws: AdaptiveControlError.self) { try IsotonicRegression(scores: [0, 1], values: [0.5, 0.4]) }
    }
}
