// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Measures how soon each way of sharing units out knows the best of several arms.
package struct BestArmSimulation: Sendable {
    /// A way of sharing units out.
    package enum Rule: String, Sendable, CaseIterable {
        /// As many units for each arm.
        case uniform
        /// One draw from what is believed of each arm.
        case thompson
        /// Leader or challenger.
        case topTwo = "top-two"
        /// The shares that would be best if the means so far were true.
        case trackAndStop = "track-and-stop"
    }

    /// What came out.
    package struct Report: Sendable, Hashable {
        /// The share of runs that named the best arm.
        package var right = 0.0
        /// The share of runs that named another one.
        package var wrong = 0.0
        /// The mean of units until an arm was named; runs that named none count in full.
        package var meanUnits = 0.0
        /// The mean of what was lost by not giving every unit the best arm, summed over a run's units.
        package var meanRegret = 0.0
    }

    private let model: OutcomeModel
    private let effects: [Double]
    private let search: BestArmSearch

    /// Makes a simulation.
    ///
    /// - Parameters:
    ///   - model: How outcomes come about.
    ///   - effects: What each arm adds to the baseline.
    ///   - delta: The probability of naming a wrong arm, at most.
    ///   - settings: Where evidence is strongest, and how many units each arm needs.
    package init(_ model: OutcomeModel, effects: [Double], delta: Double, settings: AnalysisSettings) {
        self.model = model
        self.effects = effects
        self.search = BestArmSearch(delta: delta, arms: effects.count, settings: settings)
    }

    /// Runs a rule.
    ///
    /// - Parameters:
    ///   - rule: How units are shared out.
    ///   - runs: How many runs.
    ///   - units: How many units a run has at most.
    ///   - lookEvery: How many units lie between two looks.
    ///   - generator: Where chance comes from.
    package func run(
        _ rule: Rule, runs: Int, units: Int, lookEvery: Int, using generator: inout some RandomNumberGenerator
    ) -> Report {
        let sign = self.model.metric.goal.sign
        let best = self.effects.indices.max { sign * self.effects[$0] < sign * self.effects[$1] } ?? 0
        var report = Report()
        let weight = 1 / Double(max(1, runs))
        for _ in 0..<runs {
            let (named, counts) = self.once(rule, units: units, lookEvery: lookEvery, using: &generator)
            if named == best { report.right += weight } else if named != nil { report.wrong += weight }
            report.meanUnits += Double(counts.reduce(0, +)) * weight
            for arm in counts.indices {
                report.meanRegret += weight * Double(counts[arm]) * sign * (self.effects[best] - self.effects[arm])
            }
        }
        return report
    }

    private func once(
        _ rule: Rule, units: Int, lookEvery: Int, using generator: inout some RandomNumberGenerator
    ) -> (named: Int?, counts: [Int]) {
        var arms = self.effects.map { _ in PairedMoments() }
        var standings = ArmStandings(arms, metric: self.model.metric)
        for unit in 0..<units {
            let arm = self.next(rule, unit, standings, arms, using: &generator)
            arms[arm].add(self.model.draw(effect: self.effects[arm], using: &generator))
            standings = ArmStandings(arms, metric: self.model.metric)
            if (unit + 1) % max(1, lookEvery) == 0, let named = self.search.winner(standings) {
                return (named, arms.map(\.count))
            }
        }
        return (nil, arms.map(\.count))
    }

    private func next(
        _ rule: Rule, _ unit: Int, _ standings: ArmStandings, _ arms: [PairedMoments],
        using generator: inout some RandomNumberGenerator
    ) -> Int {
        // Two units each before anything is believed of them.
        if let unseen = arms.indices.first(where: { arms[$0].count < 2 }) { return unseen }
        switch rule {
        case .uniform: return unit % arms.count
        case .thompson: return standings.drawBest(using: &generator)
        case .topTwo: return self.search.nextArm(standings, using: &generator)
        case .trackAndStop:
            let least = arms.indices.min { arms[$0].count < arms[$1].count } ?? 0
            if Double(arms[least].count) < Double(unit).squareRoot() - Double(arms.count) / 2 { return least }
            let shares = OptimalShares.shares(standings.estimates.map(\.mean))
            let behind = { (arm: Int) in Double(unit) * shares[arm] - Double(arms[arm].count) }
            return arms.indices.max { behind($0) < behind($1) } ?? 0
        }
    }
}
