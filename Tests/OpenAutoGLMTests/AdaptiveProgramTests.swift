// SPDX-License-Identifier: Apache-2.0

import OpenAutoGLM
import OpenAutoGLMTesting
import Testing

@Suite("A program decides by evidence with one import")
struct AdaptiveProgramTests {
    private static let states = ["refund", "exchange"]

    @Test("A model is asked before the user, and the user only where the model was not enough")
    func loop() async throws {
        let model = ScriptedModel(replies: ["refund"])
        let agent = AutoGLM(adapter: model)
        var loop = try EvidenceLoop(
            BeliefState(states: Self.states), policy: EntropyPolicy(threshold: 0.2, budget: 20),
            sources: [
                EvidenceSource(name: "model", cost: 1, table: LikelihoodTable(states: Self.states, accuracy: 0.8)),
                EvidenceSource(
                    name: "user", cost: 10, table: LikelihoodTable(states: Self.states, accuracy: 0.99),
                    question: "Do you want your money back?"),
            ])
        var asked: [String] = []
        let ledger = CostLedger()
        while let source = loop.decision.asked {
            asked.append(source)
            let answer = source == "model" ? try await agent.generate("What does the customer want?") : "refund"
            try loop.hear(answer, from: source)
        }
        ledger.add(CostLedger.Entry(asked: asked, costs: [1, 10], confidence: loop.belief.likeliest.probability))
        #expect(asked == ["model", "user"])
        #expect(model.requests.count == 1)
        #expect(loop.decision.action == .act("refund") && loop.decision.reason == .certain)
        #expect(loop.spent == 11 && ledger.sum(of: "user").answered == 1)
        // Odds of 4 and of 99 multiply.
        #expect(abs(loop.belief.likeliest.probability - 396.0 / 397) < 1e-9)
    }

    @Test("A threshold is promised from records of what models said, and refused where nothing keeps it")
    func promise() throws {
        let records = (0..<1000).map { number in
            CascadeRecord(stages: [
                CascadeRecord.Stage(score: Double(number) / 1000, isRight: number >= 200, cost: 1),
                CascadeRecord.Stage(score: 0.9, isRight: number % 50 != 0, cost: 10),
            ])
        }
        let curve = try CascadeCurve(records)
        let point = try #require(
            ErrorPromise(errorRate: 0.05, kind: .ofAll(confidence: 0.95)).cheapest(on: curve))
        #expect(Double(point.errors) / 1000 <= 0.05)
        #expect(point.cost < curve.safest.cost)
        let strict = try ErrorPromise(errorRate: 0.0005, kind: .ofAll(confidence: 0.95))
        #expect(strict.cheapest(on: curve) == nil)
    }
}
