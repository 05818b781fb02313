// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import Testing

@Suite("Adaptive allocation")
struct AdaptiveTests {
    @Test("Random values have the mean and the variance of their distribution")
    func variates() {
        var chance = Chance(17)
        var moments = [PairedMoments](repeating: PairedMoments(), count: 5)
        for _ in 0..<40_000 {
            moments[0].add(Variates.normal(using: &chance))
            moments[1].add(Variates.gamma(0.4, using: &chance))
            moments[2].add(Variates.gamma(7, using: &chance))
            moments[3].add(Variates.beta(2, 5, using: &chance))
            moments[4].add(Variates.unit(using: &chance))
        }
        let expected: [(Double, Double)] = [(0.0, 1.0), (0.4, 0.4), (7, 7), (2 / 7.0, 10 / 392.0), (0.5, 1 / 12.0)]
        for (moments, expected) in zip(moments, expected) {
            #expect(abs(moments.mean - expected.0) < 5 * (expected.1 / 40_000).squareRoot())
            #expect(abs(moments.variance / expected.1 - 1) < 0.06)
        }
    }

    @Test("What is believed of a rate and of a mean has the intervals of their distributions")
    func posteriors() {
        var (rate, mean) = (PairedMoments(), PairedMoments())
        for unit in 0..<100 {
            rate.add(unit < 30 ? 1 : 0)
            mean.add(Double(unit))
        }
        let beta = Posterior(rate, kind: .proportion, variance: 0)
        #expect(beta == .beta(successes: 31, failures: 71))
        let interval = beta.interval(0.95)
        #expect(abs(GammaFunctions.incompleteBeta(31, 71, interval.lowerBound) - 0.025) < 1e-9)
        let gaussian = Posterior(mean, kind: .mean, variance: 400)
        #expect(abs(gaussian.interval(0.95).upperBound - (49.5 + 1.959964 * 2)) < 1e-4)
    }

    @Test("Optimal shares are those an optimiser finds")
    func optimalShares() throws {
        for row in try Reference.rows("optimal_shares") {
            let means = (row[0].arrayValue ?? []).compactMap(\.numberValue)
            let expected = (row[1].arrayValue ?? []).compactMap(\.numberValue)
            let shares = OptimalShares.shares(means)
            #expect(shares.count == expected.count)
            for (left, right) in zip(shares, expected) { #expect(abs(left - right) < 1e-4, "\(shares) \(expected)") }
        }
        #expect(OptimalShares.shares([1, 1]) == [0.5, 0.5] && OptimalShares.shares([]).isEmpty)
    }

    /// Three arms after many units, the second one best.
    private func tally(_ experiment: Experiment, units: Int) throws -> Tally {
        var (tally, chance) = (Tally(experiment), Chance(8))
        for (arm, rate) in zip(experiment.arms, [0.2, 0.3, 0.1]) {
            for _ in 0..<units {
                let value = Variates.unit(using: &chance) < rate ? 1.0 : 0
                try tally.record(Outcome(arm: arm.name, values: ["accepted": value]))
            }
        }
        return tally
    }

    @Test(
        "Shares move to the better arms, leave every arm some, and are equal at first",
        arguments: [
            Allocation.thompson, .topTwo(delta: 0.05),
        ])
    func weights(allocation: Allocation) throws {
        var experiment = Experiment(
            name: "three", arms: [Arm("a", weight: 0.4), Arm("b", weight: 0.3), Arm("c", weight: 0.3)],
            metrics: [.accepted])
        experiment.allocation = allocation
        let adaptive = try #require(AdaptiveAllocation(experiment))
        var chance = Chance(9)
        let atFirst = adaptive.weights(Tally(experiment), using: &chance)
        #expect(atFirst == [Double](repeating: 1 / 3, count: 3))
        let weights = adaptive.weights(try self.tally(experiment, units: 300), using: &chance)
        let sum = weights.reduce(0, +)
        #expect(abs(sum - 1) < 1e-9 && weights.allSatisfy { $0 > 0.0166 })
        #expect(weights[1] > 0.4 && weights[2] < 0.05 && weights[2] <= weights[0], "\(weights)")
        experiment.allocation = .fixed
        #expect(AdaptiveAllocation(experiment) == nil)
    }

    @Test("The search names the best arm when it is known, whichever way is better")
    func winner() throws {
        var experiment = Experiment.pair()
        experiment.arms = [Arm("a", weight: 0.4), Arm("b", weight: 0.3), Arm("c", weight: 0.3)]
        let search = BestArmSearch(delta: 0.05, arms: 3, settings: experiment.analysis)
        let long = try self.tally(experiment, units: 3_000).moments(of: "accepted")
        let short = try self.tally(experiment, units: 120).moments(of: "accepted")
        #expect(search.winner(ArmStandings(long, metric: .accepted)) == 1)
        #expect(search.winner(ArmStandings(short, metric: .accepted)) == nil)
        let less = Metric(name: "accepted", kind: .proportion, goal: .decrease)
        #expect(search.winner(ArmStandings(long, metric: less)) == 2)
    }

    @Test("Evidence arm by arm grows with the distance, and the interval is where it reaches 1/α")
    func armwise() {
        let evidence = ArmwiseEvidence(alpha: 0.05, tightestAt: 1_000)
        let control = MeanEstimate(mean: 1, variance: 2, count: 400)
        var arm = MeanEstimate(mean: 1, variance: 3, count: 900)
        #expect(evidence.logEvidence(arm, control) <= 0)
        let half = evidence.halfWidth(arm, control)
        arm.mean = 1 + half
        #expect(abs(evidence.logEvidence(arm, control) - 2.995732) < 1e-5)
        #expect(evidence.halfWidth(arm, MeanEstimate(mean: 0, variance: 1, count: 0)) == .infinity)
        // It pays for holding under adaptive shares: fixed shares allow a shorter interval.
        let error = (arm.squaredError + control.squaredError).squareRoot()
        #expect(half > ConfidenceSequence(alpha: 0.05, tightestAt: 1_000).halfWidth(standardError: error, count: 1_300))
    }

    @Test("A running experiment moves its shares with every look")
    func live() async throws {
        var experiment = Experiment.pair()
        experiment.allocation = .thompson
        let live = try LiveExperiment(experiment, at: .zero, generator: Chance(3))
        var chance = Chance(4)
        var weights = [0.5, 0.5]
        for unit in 0..<3_000 {
            let arm = try #require(try await live.assign("u\(unit)").arm)
            let success = Variates.unit(using: &chance) < (arm == "new" ? 0.4 : 0.2)
            try live.record(Outcome(arm: arm, values: ["accepted": success ? 1 : 0]))
            if unit % 100 == 99 { weights = live.review(at: .seconds(unit)).weights }
        }
        #expect(weights[1] > 0.9, "\(weights)")
        #expect(live.review(at: .zero).review.ratio == nil)
    }
}
