// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// What was decided, and an account of why.
package struct PolicyDecision: Sendable, Hashable {
    /// What to do.
    package enum Action: Sendable, Hashable {
        /// Take this state as the true one.
        case act(String)
        /// Ask this source.
        case ask(String)
    }

    /// Why.
    package enum Reason: String, Sendable {
        /// The entropy is under the threshold.
        case certain
        /// The entropy is above it, and there is something to ask.
        case uncertain
        /// What could be asked costs more than is left.
        case budgetSpent = "budget-spent"
        /// Nothing that could be asked is expected to tell anything.
        case nothingToAsk = "nothing-to-ask"
    }

    /// A source that could have been asked.
    package struct Alternative: Sendable, Hashable {
        /// Its name.
        package let source: String
        /// What asking it costs.
        package let cost: Double
        /// How many nats it is expected to tell.
        package let expectedInformation: Double
        /// Whether the budget allows it.
        package let isAffordable: Bool

        /// What alternatives are compared by.
        package var informationPerCost: Double { self.expectedInformation / self.cost }

        var json: JSONValue {
            [
                "source": .string(self.source), "cost": .number(self.cost),
                "expected_information": .number(self.expectedInformation),
                "information_per_cost": .number(self.informationPerCost), "affordable": .bool(self.isAffordable),
            ]
        }
    }

    /// What to do.
    package let action: Action
    /// Why.
    package let reason: Reason
    /// What was believed.
    package let belief: BeliefState
    /// What asking had cost before.
    package let spent: Double
    /// What could have been asked.
    package let alternatives: [Alternative]

    /// The source to ask; nil where it acts.
    package var asked: String? {
        if case .ask(let source) = self.action { source } else { nil }
    }

    /// The account for programs.
    package var json: JSONValue {
        [
            "action": .string(self.asked == nil ? "act" : "ask"), "asked": self.asked.map { .string($0) } ?? .null,
            "reason": .string(self.reason.rawValue), "belief": self.belief.json,
            "entropy": .number(self.belief.entropy), "spent": .number(self.spent),
            "alternatives": .array(self.alternatives.map(\.json)),
        ]
    }
}
