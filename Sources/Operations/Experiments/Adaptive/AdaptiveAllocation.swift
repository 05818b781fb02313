// SPDX-License-Identifier: Apache-2.0

/// Shares units out by what was seen so far.
package struct AdaptiveAllocation: Sendable {
    /// Every arm keeps at least this share of an equal one, so that none is given up for a bad start.
    package static let leastShare = 0.05

    /// Decides who is next in the mode 'top-two'.
    private let search: BestArmSearch?
    private let metric: Metric
    private let minimumUnits: Int
    private let draws: Int

    /// Makes an allocation by the experiment's first metric; nil for a fixed one, or without metrics.
    ///
    /// - Parameters:
    ///   - experiment: The experiment.
    ///   - draws: How many draws shares are estimated from.
    package init?(_ experiment: Experiment, draws: Int = 1_000) {
        guard experiment.allocation != .fixed, let metric = experiment.metrics.first else { return nil }
        if case .topTwo(let delta) = experiment.allocation {
            self.search = BestArmSearch(delta: delta, arms: experiment.arms.count, settings: experiment.analysis)
        } else {
            self.search = nil
        }
        self.metric = metric
        self.minimumUnits = min(experiment.analysis.minimumUnits, 30)
        self.draws = draws
    }

    /// The arms' shares for the units to come; equal ones until each arm has a few units.
    package func weights(_ tally: Tally, using generator: inout some RandomNumberGenerator) -> [Double] {
        let arms = tally.moments(of: self.metric.name)
        let equal = 1 / Double(max(1, arms.count))
        guard arms.allSatisfy({ $0.count >= self.minimumUnits }) else { return arms.map { _ in equal } }
        let standings = ArmStandings(arms, metric: self.metric)
        var wins = [Int](repeating: 0, count: arms.count)
        for _ in 0..<self.draws {
            let arm = self.search?.nextArm(standings, using: &generator) ?? standings.drawBest(using: &generator)
            wins[arm] += 1
        }
        let least = Self.leastShare * equal
        return wins.map { least + (1 - Self.leastShare) * Double($0) / Double(self.draws) }
    }
}
