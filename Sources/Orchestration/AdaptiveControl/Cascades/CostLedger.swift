// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections
internal import Synchronization

/// What decisions have cost, and who answered; safe to write to from anywhere.
public final class CostLedger: Sendable {
    /// One decision.
    public struct Entry: Sendable, Hashable {
        /// Who was asked, in that order; the last one's answer was taken.
        public let asked: [String]
        /// What each of them cost.
        public let costs: [Double]
        /// How sure the answer is.
        public let confidence: Double

        /// Writes down a decision.
        public init(asked: [String], costs: [Double], confidence: Double) {
            (self.asked, self.costs, self.confidence) = (asked, costs, confidence)
        }

        /// What it cost in all.
        public var cost: Double { self.costs.reduce(0, +) }

        /// The entry for programs.
        public var json: JSONValue {
            [
                "asked": .array(zip(self.asked, self.costs).map { ["name": .string($0), "cost": .number($1)] }),
                "cost": .number(self.cost), "confidence": .number(self.confidence),
            ]
        }
    }

    /// What one decider did.
    public struct Sum: Sendable, Hashable {
        /// How often it was asked.
        public var asked = 0
        /// How often its answer was taken.
        public var answered = 0
        /// What it cost.
        public var cost = 0.0
    }

    private struct State {
        var decisions = 0
        var sums: OrderedDictionary<String, Sum> = [:]
    }

    private let state = Mutex(State())

    /// Begins with nothing.
    public init() {}

    /// Adds a decision.
    public func add(_ entry: Entry) {
        self.state.withLock { state in
            state.decisions += 1
            for (name, cost) in zip(entry.asked, entry.costs) {
                state.sums[name, default: Sum()].asked += 1
                state.sums[name, default: Sum()].cost += cost
            }
            if let last = entry.asked.last { state.sums[last, default: Sum()].answered += 1 }
        }
    }

    /// How many decisions there were.
    public var decisions: Int { self.state.withLock(\.decisions) }

    /// What a decider did so far.
    public func sum(of name: String) -> Sum { self.state.withLock { $0.sums[name] ?? Sum() } }

    /// All of it for programs.
    public var json: JSONValue {
        let state = self.state.withLock { $0 }
        return [
            "decisions": .integer(state.decisions),
            "cost": .number(state.sums.values.reduce(0) { $0 + $1.cost }),
            "deciders": .object(
                state.sums.mapValues { sum in
                    [
                        "asked": .integer(sum.asked), "answered": .integer(sum.answered),
                        "cost": .number(sum.cost),
                    ]
                }),
        ]
    }
}
