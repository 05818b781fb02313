// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// Finds the best arm with few units: a top-two rule decides who is next, and a test when it is known.
///
/// Leader and challenger: the leader is the best of one draw from the posteriors, the challenger the arm that is hardest to tell
/// from it (after Shang and others 2020); the one with fewer units is the more likely next (You and others 2023). The search stops when
/// ``ArmwiseEvidence`` tells the best arm from each other one at δ over the number of the others, so that the probability of
/// ever naming a wrong arm is δ at most.
package struct BestArmSearch: Sendable {
    private let evidence: ArmwiseEvidence
    private let threshold: Double
    private let minimumUnits: Int

    /// Makes a search.
    ///
    /// - Parameters:
    ///   - delta: The probability of naming a wrong arm, at most.
    ///   - arms: How many arms there are.
    ///   - settings: Where evidence is strongest, and how many units each arm needs.
    package init(delta: Double, arms: Int, settings: AnalysisSettings) {
        let share = delta / Double(max(1, arms - 1))
        self.evidence = ArmwiseEvidence(alpha: share, tightestAt: settings.tightestAt)
        self.threshold = -Double.log(share)
        self.minimumUnits = settings.minimumUnits
    }

    /// The best arm, once it is known.
    package func winner(_ standings: ArmStandings) -> Int? {
        let best = standings.best
        let estimates = standings.estimates
        guard estimates.allSatisfy({ $0.count >= self.minimumUnits }) else { return nil }
        let isKnown = estimates.indices.allSatisfy { other in
            other == best || self.evidence.logEvidence(estimates[best], estimates[other]) >= self.threshold
        }
        return isKnown ? best : nil
    }

    /// The arm that should get the next unit.
    ///
    /// The challenger is the arm for which the search would go on longest: that with the least of the evidence that stops it.
    package func nextArm(_ standings: ArmStandings, using generator: inout some RandomNumberGenerator) -> Int {
        let estimates = standings.estimates
        if let unseen = estimates.indices.first(where: { estimates[$0].count == 0 }) { return unseen }
        let leader = standings.drawBest(using: &generator)
        var (challenger, least) = (leader, Double.infinity)
        for other in estimates.indices where other != leader {
            var estimate = estimates[other]
            estimate.mean = min(estimate.mean, estimates[leader].mean)
            let evidence = self.evidence.logEvidence(estimates[leader], estimate)
            if evidence < least { (challenger, least) = (other, evidence) }
        }
        let (first, second) = (Double(estimates[leader].count), Double(estimates[challenger].count))
        return Variates.unit(using: &generator) * (first + second) < second ? leader : challenger
    }
}
