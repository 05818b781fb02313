// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// A decision from the first belief to the act: a value that says what to ask next, and never asks itself.
public struct EvidenceLoop: Sendable {
    /// A turn of the loop.
    public struct Turn: Sendable {
        /// What was decided before the answer, with the belief of then.
        public let decision: PolicyDecision
        /// What the source said.
        public let outcome: String
        /// What was believed afterwards.
        public let belief: BeliefState

        var json: JSONValue {
            [
                "decision": self.decision.json, "outcome": .string(self.outcome), "belief": self.belief.json,
                "entropy": .number(self.belief.entropy),
            ]
        }
    }

    /// What is believed now.
    public private(set) var belief: BeliefState
    /// What asking has cost.
    public private(set) var spent = 0.0
    /// What was asked and answered.
    public private(set) var turns: [Turn] = []
    private let policy: EntropyPolicy
    private var waiting: [EvidenceSource]

    /// Begins.
    ///
    /// - Parameters:
    ///   - belief: What is believed before anything is asked.
    ///   - sources: What can be asked, each once: an answer that is heard again tells nothing new.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidEvidence` where a source has other states, or a name of another.
    public init(_ belief: BeliefState, policy: EntropyPolicy, sources: [EvidenceSource]) throws {
        guard Set(sources.map(\.name)).count == sources.count else {
            throw AdaptiveControlError(.invalidEvidence, "Two sources of evidence have the same name.")
        }
        for source in sources where source.table.logLikelihoods.count != belief.states.count {
            throw AdaptiveControlError(
                .invalidEvidence,
                "The source '\(source.name)' has likelihoods of \(source.table.logLikelihoods.count) states, and there are \(belief.states.count)."
            )
        }
        (self.belief, self.policy, self.waiting) = (belief, policy, sources)
    }

    /// What to do now.
    public var decision: PolicyDecision {
        self.policy.decision(on: self.belief, sources: self.waiting, spent: self.spent)
    }

    /// Hears what a source says.
    ///
    /// - Parameters:
    ///   - outcome: One of the outcomes of its table.
    ///   - name: The source, usually the one that ``decision`` asks.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidEvidence` for a source that there is not or that was heard before, or an outcome that
    ///   there is not.
    public mutating func hear(_ outcome: String, from name: String) throws {
        guard let index = self.waiting.firstIndex(where: { $0.name == name }) else {
            throw AdaptiveControlError(
                .invalidEvidence,
                "'\(name)' is no source that was not heard yet; those are: \(self.waiting.map(\.name).joined(separator: ", "))."
            )
        }
        let (source, decision) = (self.waiting[index], self.decision)
        self.belief = try self.belief.updated(byLogLikelihoods: source.table.logLikelihoods(of: outcome))
        self.waiting.remove(at: index)
        self.spent += source.cost
        self.turns.append(Turn(decision: decision, outcome: outcome, belief: self.belief))
    }

    /// The whole account for programs: each turn, and what is to be done now.
    public var json: JSONValue {
        ["turns": .array(self.turns.map(\.json)), "decision": self.decision.json, "spent": .number(self.spent)]
    }
}
