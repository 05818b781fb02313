// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Acts where enough is known; asks otherwise for what tells most for its cost.
///
/// What is compared is the information that an answer is expected to bring (Lindley, 1956) over what it costs: a greedy choice, which for
/// sources that are independent given the state comes near the best one (Krause and Guestrin, 2005).
public struct EntropyPolicy: Sendable, Hashable {
    /// The entropy in nats up to which it acts.
    public let threshold: Double
    /// The most that asking may cost in all.
    public let budget: Double
    /// The least information in nats for which it asks.
    public let leastInformation: Double

    /// Makes a policy.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidSettings` for negative numbers.
    public init(threshold: Double, budget: Double = .infinity, leastInformation: Double = 1e-6) throws {
        guard threshold >= 0, budget >= 0, leastInformation >= 0 else {
            throw AdaptiveControlError(
                .invalidSettings,
                "A threshold of entropy, a budget and a least information must not be negative; they are \(threshold), \(budget) and \(leastInformation)."
            )
        }
        (self.threshold, self.budget, self.leastInformation) = (threshold, budget, leastInformation)
    }

    /// Decides what to do.
    ///
    /// - Parameters:
    ///   - belief: What is believed.
    ///   - sources: What was not asked yet; their tables have the belief's states.
    ///   - spent: What asking has cost so far.
    public func decision(
        on belief: BeliefState, sources: some Collection<EvidenceSource>, spent: Double = 0
    ) -> PolicyDecision {
        let alternatives = sources.map { source in
            PolicyDecision.Alternative(
                source: source.name, cost: source.cost,
                expectedInformation: source.table.expectedInformation(in: belief),
                isAffordable: spent + source.cost <= self.budget)
        }
        func decided(_ action: PolicyDecision.Action, _ reason: PolicyDecision.Reason) -> PolicyDecision {
            PolicyDecision(action: action, reason: reason, belief: belief, spent: spent, alternatives: alternatives)
        }
        let state = belief.likeliest.state
        guard belief.entropy > self.threshold else { return decided(.act(state), .certain) }
        let useful = alternatives.filter { $0.expectedInformation >= self.leastInformation }
        let affordable = useful.filter(\.isAffordable)
        guard let best = affordable.max(by: { $0.informationPerCost < $1.informationPerCost }) else {
            return decided(.act(state), useful.isEmpty ? .nothingToAsk : .budgetSpent)
        }
        return decided(.ask(best.source), .uncertain)
    }
}
