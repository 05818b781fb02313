// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import Testing

@Suite("Experiments that outlive the process")
struct SavingTests {
    private func canary() -> Experiment {
        var experiment = Experiment.pair()
        var plan = CanaryPlan()
        plan.minimumUnits = 20
        plan.shares = [0.2, 0.5, 1]
        experiment.canary = plan
        return experiment
    }

    @Test("An experiment goes on where it was saved: step, shares, counts, evidence")
    func goesOn() async throws {
        let store = InMemoryStickyStore()
        let live = try LiveExperiment(self.canary(), store: store, at: .seconds(100), generator: Chance(1))
        for unit in 0..<400 {
            let arm = try #require(try await live.assign("u\(unit)").arm)
            try live.record(Outcome(arm: arm, values: ["accepted": unit % 3 == 0 ? 1 : 0]))
        }
        guard case .advance(let share) = live.review(at: .seconds(200)).canary else {
            Issue.record("did not advance"); return
        }
        #expect(share == 0.5)
        for unit in 0..<100 { _ = try await live.assign("v\(unit)") }
        let saved = try JSONValue(parsing: live.saved.serialized())

        let again = try LiveExperiment(self.canary(), store: store, at: .seconds(900), generator: Chance(1))
        try again.restore(saved)
        try again.add(live.tally)
        #expect(again.saved == live.saved && again.tally == live.tally && again.current.step == 1)
        #expect(try await again.assign("v3").reason == .sticky)
        #expect(again.tally.exposures.reduce(0, +) == 100)
        try again.settle("control")
        let third = try LiveExperiment(self.canary(), store: store, at: .zero, generator: Chance(1))
        try third.restore(again.saved)
        #expect(third.settled == "control" && third.review(at: .seconds(5_000)).settled == "control")
        #expect(try await third.assign("v3").reason == .decided)
    }

    @Test("P-values do not rise by a restart")
    func evidence() throws {
        let experiment = Experiment.pair()
        var (monitor, strong, weak) = (ExperimentMonitor(experiment), Tally(experiment), Tally(experiment))
        for unit in 0..<2_000 {
            for (arm, every) in [("control", 5), ("new", 2)] {
                try strong.record(Outcome(arm: arm, values: ["accepted": unit % every == 0 ? 1 : 0]))
                try weak.record(Outcome(arm: arm, values: ["accepted": unit % 5 == 0 ? 1 : 0]))
            }
        }
        let before = try #require(monitor.review(strong).comparisons.first)
        var again = ExperimentMonitor(experiment)
        again.restore(try JSONValue(parsing: monitor.json.serialized()))
        #expect(before.pValue < 1e-6 && again.review(weak).comparisons.first?.pValue == before.pValue)
        again.restore(["ratio": "x", "peaks": [1, ["metric": "accepted"]]])
        #expect(again.review(weak).comparisons.first?.pValue == before.pValue)
    }

    @Test(
        "What does not belong to the definition is refused",
        arguments: [
            #"{}"#, #"{"weights": [1], "settled": null}"#, #"{"weights": [0.5, 0.5], "settled": "gone"}"#,
            #"{"weights": [0.5, 2], "settled": null}"#, #"{"weights": [0.5, 0.5], "canary": {"phase": "later"}}"#,
            #"{"weights": [0.5, 0.5], "canary": {"phase": "running", "step": -1, "since": 0}}"#,
        ])
    func refuses(saved: String) throws {
        let live = try LiveExperiment(self.canary(), at: .zero, generator: Chance(1))
        let error = #expect(throws: ExperimentError.self) { try live.restore(try JSONValue(parsing: saved)) }
        #expect(error?.code == .unreadable)
        #expect(throws: ExperimentError.self) { try live.settle("gone") }
    }

    @Test("Looking at who would get what keeps and counts nothing")
    func peeks() async throws {
        let live = try LiveExperiment(Experiment.pair(), store: InMemoryStickyStore(), at: .zero, generator: Chance(1))
        let peeked = try await live.peek("anna")
        #expect(peeked.reason == .hashed && live.tally.exposures == [0, 0])
        let assigned = try await live.assign("anna")
        #expect(assigned == peeked && live.tally.exposures.reduce(0, +) == 1)
        #expect(try await live.peek("anna").reason == .sticky)
        try live.settle("new")
        #expect(try await live.peek("bert").reason == .decided)
    }

    @Test("A unit that comes many times at once is counted once")
    func countsOnce() async throws {
        let live = try LiveExperiment(Experiment.pair(), store: InMemoryStickyStore(), at: .zero, generator: Chance(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { _ = try await live.assign("anna") } }
            try await group.waitForAll()
        }
        #expect(live.tally.exposures.reduce(0, +) == 1)
    }
}
