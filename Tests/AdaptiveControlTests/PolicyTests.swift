// SPDX-License-Identifier: Apache-2.0

import AdaptiveControl
import LLMCore
import OpenAutoGLMTesting
import RealModule
import Testing

@Suite("Asking for evidence")
struct PolicyTests {
    private let states = ["book", "cancel", "ask"]

    private func source(_ name: String, _ accuracy: Double, cost: Double, question: String? = nil) throws
        -> EvidenceSource
    {
        try EvidenceSource(
            name: name, cost: cost, table: LikelihoodTable(states: self.states, accuracy: accuracy), question: question)
    }

    @Test("Expected information is what an answer takes away in the mean: that of all answers, computed one by one")
    func information() throws {
        var generator = SeededGenerator(state: 9)
        for _ in 0..<200 {
            let (rows, columns) = (Int.random(in: 1...6, using: &generator), Int.random(in: 1...6, using: &generator))
            let counts = (0..<rows).map { _ in
                (0..<columns).map { _ -> Double in
                    let count = Double.random(in: -40...100, using: &generator)
                    return max(0, count)
                }
            }
            let table = try LikelihoodTable(outcomes: (0..<columns).map { "o\($0)" }, counts: counts)
            let belief = try BeliefState(
                states: (0..<rows).map { "s\($0)" },
                prior: (0..<rows).map { _ in .random(in: 0.01...1, using: &generator) })
            var expected = belief.entropy
            for outcome in table.outcomes {
                let logs = try table.logLikelihoods(of: outcome)
                let probability = zip(belief.probabilities, logs).map { $0 * Double.exp($1) }.reduce(0, +)
                expected -= probability * (try belief.updated(byLogLikelihoods: logs)).entropy
            }
            let information = table.expectedInformation(in: belief)
            #expect(abs(information - expected) < 1e-9 && information >= 0 && information <= belief.entropy + 1e-9)
        }
    }

    @Test(
        "What is certain is acted on; else the source with the most information per cost is asked, as far as the budget goes"
    )
    func choices() throws {
        let sources = try [
            self.source("turn", 0.6, cost: 1), self.source("model", 0.95, cost: 2),
            self.source("user", 0.999, cost: 50, question: "What would you like?"),
        ]
        let open = try BeliefState(states: self.states)
        let asked = try EntropyPolicy(threshold: 0.3).decision(on: open, sources: sources)
        #expect(asked.action == .ask("model") && asked.reason == .uncertain)
        #expect(asked.alternatives.map(\.source) == ["turn", "model", "user"])
        let ratios = asked.alternatives.map(\.informationPerCost)
        #expect(ratios[1] > ratios[0] && ratios[0] > ratios[2])
        let poor = try EntropyPolicy(threshold: 0.3, budget: 1.5).decision(on: open, sources: sources)
        #expect(poor.action == .ask("turn") && poor.alternatives.map(\.isAffordable) == [true, false, false])
        let spent = try EntropyPolicy(threshold: 0.3, budget: 1.5).decision(on: open, sources: sources, spent: 1)
        #expect(spent.action == .act("book") && spent.reason == .budgetSpent)
        let nothing = try EntropyPolicy(threshold: 0.3).decision(on: open, sources: [EvidenceSource]())
        #expect(nothing.reason == .nothingToAsk)
        let sure = try BeliefState(states: self.states, prior: [0.01, 0.98, 0.01])
        let acted = try EntropyPolicy(threshold: 0.3).decision(on: sure, sources: sources)
        #expect(acted.action == .act("cancel") && acted.reason == .certain)
    }

    @Test("A loop hears one source after the other, never one twice, and gives a full account")
    func loop() throws {
        var loop = try EvidenceLoop(
            BeliefState(states: self.states), policy: EntropyPolicy(threshold: 0.1),
            sources: [
                self.source("turn", 0.6, cost: 1), self.source("model", 0.9, cost: 2),
                self.source("user", 0.99, cost: 9),
            ])
        var order: [String] = []
        while let source = loop.decision.asked {
            order.append(source)
            try loop.hear("cancel", from: source)
        }
        #expect(order == ["model", "turn", "user"] && loop.spent == 12, "\(order)")
        #expect(loop.decision.action == .act("cancel") && loop.spent == loop.json["spent"]?.numberValue)
        #expect(loop.json["turns"]?.arrayValue?.count == order.count)
        let first = try #require(loop.json["turns"]?.arrayValue?.first)
        #expect(first["decision"]?["alternatives"]?.arrayValue?.count == 3 && first["outcome"] == "cancel")
        #expect(
            first["belief"]?["cancel"]?.numberValue ?? 0 > first["decision"]?["belief"]?["cancel"]?.numberValue ?? 1)
        #expect(throws: AdaptiveControlError.self) { try loop.hear("cancel", from: "model") }
        #expect(throws: AdaptiveControlError.self) { try loop.hear("nonsense", from: "user") }
    }

    @Test("Asking by information per cost is right as often as asking all, and costs less than half")
    func simulated() throws {
        var generator = SeededGenerator(state: 12)
        let sources = try [self.source("cheap", 0.8, cost: 1), self.source("dear", 0.97, cost: 20)]
        let policy = try EntropyPolicy(threshold: 0.45)
        var (right, all, cost) = (0, 0, 0.0)
        for _ in 0..<4000 {
            let truth = self.states[Int.random(in: 0..<3, using: &generator)]
            let answers = try sources.map { source in
                let row = try source.table.outcomes.map {
                    try source.table.logLikelihoods(of: $0)[self.states.firstIndex(of: truth) ?? 0]
                }
                var chance = Double.random(in: 0..<1, using: &generator)
                return source.table.outcomes[
                    row.firstIndex {
                        chance -= .exp($0); return chance < 0
                    } ?? 0]
            }
            let prior = try BeliefState(states: self.states, prior: truth == "book" ? [8, 1, 1] : [1, 1, 1])
            var loop = try EvidenceLoop(prior, policy: policy, sources: sources)
            while let source = loop.decision.asked { try loop.hear(answers[source == "cheap" ? 0 : 1], from: source) }
            cost += loop.spent
            if loop.belief.likeliest.state == truth { right += 1 }
            let everything = try zip(sources, answers).reduce(prior) {
                try $0.updated(byLogLikelihoods: $1.0.table.logLikelihoods(of: $1.1))
            }
            if everything.likeliest.state == truth { all += 1 }
        }
        #expect(Double(right) / 4000 > Double(all) / 4000 - 0.02, "\(right) \(all)")
        #expect(cost / 4000 < 21 * 0.9)
    }

    @Test("Settings out of range are refused")
    func refused() throws {
        #expect(throws: AdaptiveControlError.self) { try EntropyPolicy(threshold: -1) }
        #expect(throws: AdaptiveControlError.self) { try EntropyPolicy(threshold: .nan) }
        #expect(throws: AdaptiveControlError.self) { try self.source("free", 0.9, cost: 0) }
        #expect(throws: AdaptiveControlError.self) { try self.source("sure", 1, cost: 1) }
        #expect(throws: AdaptiveControlError.self) { try LikelihoodTable(outcomes: ["a"], counts: [[-1]]) }
        #expect(throws: AdaptiveControlError.self) { try LikelihoodTable(outcomes: ["a", "a"], counts: [[1, 1]]) }
        let two = try EvidenceSource(name: "two", cost: 1, table: LikelihoodTable(states: ["a", "b"], accuracy: 0.9))
        #expect(throws: AdaptiveControlError.self) {
            try EvidenceLoop(BeliefState(states: self.states), policy: EntropyPolicy(threshold: 1), sources: [two])
        }
    }
}
