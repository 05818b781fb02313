// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import OrderedCollections
internal import Synchronization

/// What decisions have cost, and who answered; safe to write to from anywhere.
package final class CostLedger: Sendable {
    /// One decision.
    package struct Entry: Sendable, Hashable {
        /// Who was asked, in that order; the last one's answer was taken.
        package let asked: [String]
        /// What each of them cost.
        package let costs: [Double]
        /// How sure the answer is.
        package let confidence: Double

        /// Writes down a decision.
        package init(asked: [String], costs: [Double], confidence: Double) {
            (self.asked, self.costs, self.confidence) = (asked, costs, confidence)
        }

        /// What it cost in all.
        package var cost: Double { self.costs.reduce(0, +) }

        /// The entry for programs.
        package var json: JSONValue {
            [
                "asked": .array(zip(self.asked, self.costs).map { ["name": .string($0), "cost": .number($1)] }),
                "cost": .number(self.cost), "confidence": .number(self.confidence),
            ]
        }
    }

    /// What one decider did.
    package struct Sum: Sendable, Hashable {
        /// How often it was asked.
        package var asked = 0
        /// How often its answer was taken.
        package var answered = 0
        /// What it cost.
        package var cost = 0.0
    }

    private struct State {
        var decisions = 0
        var sums: OrderedDictionary<String, Sum> = [:]
    }

    private let state = Mutex(State())

    /// Begins with nothing.
    package init() {}

    /// Adds a decision.
    package func add(_ entry: Entry) {
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
    package var decisions: Int { self.state.withLock(\.decisions) }

    /// What a decider did so far.
    package func sum(of name: String) -> Sum { self.state.withLock { $0.sums[name] ?? Sum() } }

    /// All of it for programs.
    package var json: JSONValue {
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
