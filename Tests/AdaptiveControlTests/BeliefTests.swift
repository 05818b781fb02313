// SPDX-License-Identifier: Apache-2.0

import AdaptiveControl
import LLMCore
import OpenAutoGLMTesting
import RealModule
import Testing

@Suite("Beliefs")
struct BeliefTests {
    private static let least = Double.leastNonzeroMagnitude
    private static let greatest = Double.greatestFiniteMagnitude

    @Test("Bayes' rule, worked out by hand")
    func bayes() throws {
        let belief = try BeliefState(states: ["ill", "well"], prior: [1, 99])
            .updated(byLikelihoods: [0.9, 0.05])
        #expect(abs(belief.probabilities[0] - 0.009 / (0.009 + 0.0495)) < 1e-12)
        #expect(belief.likeliest.state == "well")
        let again = try belief.updated(byLikelihoods: [0.9, 0.05])
        #expect(again.likeliest.state == "ill" && again.entropy < 0.69)
        #expect(abs(try BeliefState(states: ["a", "b", "c", "d"]).entropy - .log(4)) < 1e-12)
    }

    @Test(
        "The margin is how far the likeliest state is ahead of the next one, wherever they stand",
        arguments: [
            ([0.2, 0.5, 0.3], 0.2), ([0.6, 0.3, 0.1], 0.3), ([0.1, 0.1, 0.8], 0.7), ([0.4, 0.4, 0.2], 0),
            ([1, 0, 0], 1),
        ] as [([Double], Double)])
    func margin(likelihoods: [Double], margin: Double) throws {
        let belief = try BeliefState(states: ["a", "b", "c"]).updated(byLikelihoods: likelihoods)
        #expect(abs(belief.margin - margin) < 1e-12)
        #expect(try BeliefState(states: ["alone"]).margin == 1)
    }

    @Test(
        "Whatever is heard, probabilities are numbers that add up to 1, and the entropy lies between 0 and that of knowing nothing",
        arguments: [
            [1, 0, 0], [0, 0, 1], [least, 0, 0], [least, greatest, 1], [greatest, greatest, greatest],
            [1e-300, 1e-307, 0],
            [1, 1, 1], [0, greatest, least],
        ] as [[Double]])
    func extremes(likelihoods: [Double]) throws {
        var belief = try BeliefState(states: ["a", "b", "c"], prior: [1e-300, 1, 1e300])
        for turn in 0..<200 {
            belief = try belief.updated(byLikelihoods: likelihoods, reliability: turn % 3 == 0 ? 100 : 1)
            Self.expectSound(belief)
        }
        // However sure it is, as much evidence of the contrary brings it back.
        let (best, start) = (belief.best, belief)
        let contrary = (0..<3).map { $0 == best ? 0.0 : 1 }
        for _ in 0..<40_000 where belief.best == best {
            belief = try belief.updated(byLikelihoods: contrary, reliability: 100)
        }
        #expect(belief.best != start.best)
        Self.expectSound(belief)
    }

    @Test("Random tables of evidence leave beliefs sound, in any order the same")
    func random() throws {
        var generator = SeededGenerator(state: 4)
        for _ in 0..<300 {
            let count = Int.random(in: 1...30, using: &generator)
            let start = try BeliefState(states: (0..<count).map { "s\($0)" })
            let evidence = (0..<8).map { _ in
                (0..<count).map { _ in Double.exp(.random(in: -800...800, using: &generator)) }
                    .map { $0.isFinite ? max($0, Self.least) : Self.greatest }
            }
            let forward = try evidence.reduce(start) { try $0.updated(byLikelihoods: $1) }
            let backward = try evidence.reversed().reduce(start) { try $0.updated(byLikelihoods: $1) }
            Self.expectSound(forward)
            for (left, right) in zip(forward.probabilities, backward.probabilities) {
                #expect(abs(left - right) < 1e-9)
            }
        }
    }

    @Test(
        "What is no likelihood is refused",
        arguments: [[0, 0], [-1, 1], [.nan, 1], [.infinity, 1], [1], [1, 1, 1]] as [[Double]])
    func refused(likelihoods: [Double]) throws {
        let belief = try BeliefState(states: ["a", "b"])
        let error = #expect(throws: AdaptiveControlError.self) { try belief.updated(byLikelihoods: likelihoods) }
        #expect(error?.code == .invalidEvidence)
        #expect(throws: AdaptiveControlError.self) { try belief.updated(byLikelihoods: [1, 2], reliability: .nan) }
        #expect(throws: AdaptiveControlError.self) { try belief.updated(byLogLikelihoods: [-.infinity, -.infinity]) }
    }

    @Test("States need names of their own", arguments: [[], [""], ["a", "a"]] as [[String]])
    func states(names: [String]) {
        let error = #expect(throws: AdaptiveControlError.self) { try BeliefState(states: names) }
        #expect(error?.code == .invalidStates)
    }

    static func expectSound(_ belief: BeliefState) {
        #expect(belief.logProbabilities.allSatisfy { $0.isFinite })
        #expect(abs(belief.probabilities.reduce(0, +) - 1) < 1e-9)
        #expect(belief.entropy >= 0 && belief.entropy <= .log(Double(belief.states.count)) + 1e-9)
        #expect((0...1).contains(belief.margin))
    }
}
