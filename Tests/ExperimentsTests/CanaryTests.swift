// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import Testing

@Suite("Canaries")
struct CanaryTests {
    private static let plan: CanaryPlan = {
        var plan = CanaryPlan()
        plan.minimumUnits = 100
        plan.minimumTime = .seconds(60)
        plan.maximumTime = .seconds(600)
        return plan
    }()

    private static func evidence(_ units: Int, _ decision: Review.Decision = .goOn("")) -> CanaryMachine.Evidence {
        CanaryMachine.Evidence(units: units, decision: decision)
    }

    @Test("A canary goes 1, 5, 25, 100 per cent, each step after its units and its time")
    func steps() {
        var machine = CanaryMachine(Self.plan, at: .zero)
        #expect(machine.share == 0.01)
        #expect(machine.observe(Self.evidence(99), at: .seconds(61)) == .hold("The step has 99 of 100 units."))
        guard case .hold = machine.observe(Self.evidence(100), at: .seconds(59)) else {
            Issue.record("too early"); return
        }
        #expect(machine.observe(Self.evidence(100), at: .seconds(60)) == .advance(share: 0.05))
        guard case .hold = machine.observe(Self.evidence(100), at: .seconds(100)) else {
            Issue.record("too early"); return
        }
        #expect(machine.observe(Self.evidence(100), at: .seconds(120)) == .advance(share: 0.25))
        #expect(machine.observe(Self.evidence(100, .adopt(arm: "new", reason: "")), at: .seconds(180)) == .promote)
        #expect(machine.share == 1 && machine.phase == .promoted)
        #expect(machine.rollBack("too late") == .promote)
    }

    @Test("A canary is taken back for a broken guardrail, for what is worse, and for want of units; doubts hold it")
    func rollsBack() {
        let breach = GuardrailBreach(
            guardrail: Guardrail(metric: "error", kind: .proportion, goal: .decrease), arm: "new", mean: 0.2,
            controlMean: 0.1, excess: 0.1, lower: 0.05, logEvidence: 5)
        var broken = CanaryMachine(Self.plan, at: .zero)
        #expect(
            broken.observe(Self.evidence(1, .rollBack(breach)), at: .seconds(1)) == .rollBack(reason: breach.reason))
        #expect(broken.share == 0)
        #expect(broken.observe(Self.evidence(1_000), at: .seconds(90)) == .rollBack(reason: breach.reason))

        var worse = CanaryMachine(Self.plan, at: .zero)
        var evidence = Self.evidence(100)
        evidence.worse = ["latency"]
        #expect(worse.observe(evidence, at: .seconds(90)) == .rollBack(reason: "Worse than what is there: latency."))

        var starved = CanaryMachine(Self.plan, at: .zero)
        guard case .rollBack = starved.observe(Self.evidence(99), at: .seconds(600)) else {
            Issue.record("kept"); return
        }

        var doubtful = CanaryMachine(Self.plan, at: .zero)
        #expect(doubtful.observe(Self.evidence(1_000, .distrust("odd")), at: .seconds(90)) == .hold("odd"))
    }

    /// A canary whose second arm fails at a rate.
    private func live(_ store: (any StickyStore)? = nil) throws -> LiveExperiment<Chance> {
        var experiment = Experiment.pair(metrics: [])
        experiment.guardrails = [Guardrail(metric: "error", kind: .proportion, goal: .decrease, allowed: 0.01)]
        var plan = CanaryPlan()
        plan.minimumUnits = 300
        plan.shares = [0.1, 0.5, 1]
        experiment.canary = plan
        return try LiveExperiment(experiment, store: store, at: .zero, generator: Chance(1))
    }

    private func serve(
        _ live: LiveExperiment<Chance>, failing rate: Double, units: Range<Int>, chance: inout Chance
    ) async throws -> LiveExperiment<Chance>.Step {
        var last = live.review(at: .zero)
        for unit in units {
            let arm = try #require(try await live.assign("u\(unit)").arm)
            let failed = Variates.unit(using: &chance) < (arm == "new" ? rate : 0.02)
            try live.record(Outcome(arm: arm, values: ["error": failed ? 1 : 0]))
            if unit % 50 == 0 { last = live.review(at: .seconds(unit)) }
            if last.settled != nil { break }
        }
        return last
    }

    @Test("A good arm takes over by itself")
    func promotes() async throws {
        let live = try self.live()
        var chance = Chance(2)
        let end = try await self.serve(live, failing: 0.02, units: 0..<20_000, chance: &chance)
        #expect(end.settled == "new" && end.canary == .promote, "\(end.review.decision)")
        #expect(try await live.assign("anybody").reason == .decided)
    }

    @Test("A bad arm is taken back by itself, also from units that a store keeps in it")
    func takesBack() async throws {
        let live = try self.live(InMemoryStickyStore())
        var chance = Chance(2)
        let end = try await self.serve(live, failing: 0.3, units: 0..<20_000, chance: &chance)
        #expect(end.settled == "control")
        guard case .rollBack(let reason) = end.canary else { Issue.record("\(String(describing: end.canary))"); return }
        #expect(reason.contains("error"))
        for unit in 0..<300 { #expect(try await live.assign("u\(unit)").arm == "control") }
    }

    @Test(
        "Units of a step are counted anew and once each, and the shares are the step's also for those who came before")
    func countsAnew() async throws {
        let live = try self.live(InMemoryStickyStore())
        var chance = Chance(4)
        var step = live.review(at: .zero)
        var unit = 0
        while step.canary != .advance(share: 0.5), unit < 20_000 {
            let arm = try #require(try await live.assign("u\(unit)").arm)
            #expect(try await live.assign("u\(unit)").reason == .sticky)
            try live.record(Outcome(arm: arm, values: ["error": Variates.unit(using: &chance) < 0.02 ? 1 : 0]))
            unit += 1
            #expect(live.tally.exposures.reduce(0, +) == unit)
            step = live.review(at: .seconds(unit))
        }
        #expect(step.weights == [0.5, 0.5] && live.tally.exposures == [0, 0])
        for again in 0..<1_000 { _ = try await live.assign("u\(again)") }
        let exposures = live.tally.exposures
        #expect(exposures.reduce(0, +) == 1_000 && (420...580).contains(exposures[1]), "\(exposures)")
    }
}
