// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// What was decided, and an account of why.
public struct PolicyDecision: Sendable, Hashable {
    /// What to do.
    public enum Action: Sendable, Hashable {
        /// Take this state as the true one.
        case act(String)
        /// Ask this source.
        case ask(String)
    }

    /// Why.
    public enum Reason: String, Sendable {
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
    public struct Alternative: Sendable, Hashable {
        /// Its name.
        public let source: String
        /// What asking it costs.
        public let cost: Double
        /// How many nats it is expected to tell.
        public let expectedInformation: Double
        /// Whether the budget allows it.
        public let isAffordable: Bool

        /// What alternatives are compared by.
        public var informationPerCost: Double { self.expectedInformation / self.cost }

        var json: JSONValue {
            [
                "source": .string(self.source), "cost": .number(self.cost),
                "expected_information": .number(self.expectedInformation),
                "information_per_cost": .number(self.informationPerCost), "affordable": .bool(self.isAffordable),
            ]
        }
    }

    /// What to do.
    public let action: Action
    /// Why.
    public let reason: Reason
    /// What was believed.
    public let belief: BeliefState
    /// What asking had cost before.
    public let spent: Double
    /// What could have been asked.
    public let alternatives: [Alternative]

    /// The source to ask; nil where it acts.
    public var asked: String? {
        if case .ask(let source) = self.action { source } else { nil }
    }

    /// The account for programs.
    public var json: JSONValue {
        [
            "action": .string(self.asked == nil ? "act" : "ask"), "asked": self.asked.map { .string($0) } ?? .null,
            "reason": .string(self.reason.rawValue), "belief": self.belief.json,
            "entropy": .number(self.belief.entropy), "spent": .number(self.spent),
            "alternatives": .array(self.alternatives.map(\.json)),
        ]
    }
}
