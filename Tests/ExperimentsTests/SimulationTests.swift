// SPDX-License-Identifier: Apache-2.0

import Experiments
import Foundation
import LLMCore
import Testing

/// Seeded runs with known truth; AUTOGLM_LONG_SIMULATIONS makes ten times as many.
@Suite("Guarantees, by simulation")
struct SimulationTests {
    private static let scale = ProcessInfo.processInfo.environment["AUTOGLM_LONG_SIMULATIONS"] == nil ? 1 : 10

    private static let settings: AnalysisSettings = {
        var settings = AnalysisSettings()
        settings.tightestAt = 2_000
        return settings
    }()

    @Test(
        "Looking all the while finds what is not there in 5 % of runs at most; a z-test that is read as often does not hold that",
        arguments: [
            (Metric.accepted.expecting(0.2), 0.5), (Metric.accepted.expecting(0.05), 0.3),
            (Metric.latency.expecting(3, deviation: 2), 0.5), (Metric.latency.expecting(3, deviation: 2), 0.1),
        ])
    func falsePositives(metric: Metric, share: Double) throws {
        var chance = Chance(21)
        let simulation = SequentialSimulation(try OutcomeModel(metric), settings: Self.settings, share: share)
        let plan = SequentialSimulation.Plan(runs: 600 * Self.scale, units: 10_000, lookEvery: 50)
        let report = simulation.run(effect: 0, plan, using: &chance)
        // Three standard errors of 600 runs at 5 % are 2.7 points.
        #expect(report.found <= 0.05 + 0.027 / Double(Self.scale).squareRoot(), "\(report)")
        #expect(report.missed == report.found)
        #expect(report.foundByPeeking > 0.2, "\(report)")
        #expect((0.02...0.08).contains(report.foundAtEnd), "\(report)")
    }

    @Test("A true effect is found, in less time than the fixed test where the effect is larger than planned for")
    func power() throws {
        var chance = Chance(22)
        let model = try OutcomeModel(Metric.accepted.expecting(0.2))
        let simulation = SequentialSimulation(model, settings: Self.settings, share: 0.5)
        let fixed = FixedHorizon.units(
            effect: 0.04, variances: (model.variance(effect: 0), model.variance(effect: 0.04)), shares: (0.5, 0.5),
            alpha: 0.05, power: 0.8)
        let plan = SequentialSimulation.Plan(runs: 150 * Self.scale, units: Int(2 * fixed), lookEvery: 25)
        let planned = simulation.run(effect: 0.04, plan, using: &chance)
        #expect(planned.found > 0.85 && planned.wrongSign == 0 && planned.missed < 0.06, "\(planned)")
        let larger = simulation.run(effect: 0.08, plan, using: &chance)
        #expect(larger.found > 0.999 && larger.meanUnits < 0.5 * fixed, "\(larger.meanUnits) \(fixed)")
    }

    @Test(
        "The best of five arms is known sooner by leader and challenger than by equal shares, and not much later than by track-and-stop"
    )
    func bestArm() throws {
        let model = try OutcomeModel(Metric.accepted.expecting(0.2))
        var settings = Self.settings
        settings.minimumUnits = 30
        let simulation = BestArmSimulation(
            model, effects: [0, 0.1, 0.02, -0.05, 0.04], delta: 0.05, settings: settings)
        var reports: [BestArmSimulation.Rule: BestArmSimulation.Report] = [:]
        for rule in [BestArmSimulation.Rule.uniform, .topTwo, .trackAndStop] {
            var chance = Chance(23)
            reports[rule] = simulation.run(rule, runs: 60 * Self.scale, units: 40_000, lookEvery: 50, using: &chance)
        }
        let uniform = try #require(reports[.uniform])
        let topTwo = try #require(reports[.topTwo])
        let tracking = try #require(reports[.trackAndStop])
        for report in [uniform, topTwo, tracking] { #expect(report.right > 0.95 && report.wrong <= 0.05, "\(report)") }
        #expect(topTwo.meanUnits < 0.8 * uniform.meanUnits, "\(topTwo) \(uniform)")
        #expect(topTwo.meanUnits < 1.3 * tracking.meanUnits, "\(topTwo) \(tracking)")
        #expect(topTwo.meanRegret < uniform.meanRegret)
    }

    @Test(
        "No wrong arm is named more often than δ among arms that hardly differ, under adaptive shares and constant looking"
    )
    func wrongArms() throws {
        let model = try OutcomeModel(Metric.accepted.expecting(0.3))
        var settings = Self.settings
        settings.minimumUnits = 30
        let simulation = BestArmSimulation(model, effects: [0, 0.001, 0], delta: 0.1, settings: settings)
        var chance = Chance(24)
        let report = simulation.run(.topTwo, runs: 150 * Self.scale, units: 3_000, lookEvery: 20, using: &chance)
        #expect(report.wrong <= 0.1, "\(report)")
    }

    @Test("Lost units are noticed, and right shares are not taken for wrong however often one looks")
    func sampleRatio() throws {
        var chance = Chance(25)
        var (alarms, misses) = (0, 0)
        for loss in [0.0, 0.15] {
            for _ in 0..<(200 * Self.scale) {
                var (counts, peak) = ([0, 0], EvidencePeak())
                for unit in 0..<10_000 {
                    let arm = Variates.unit(using: &chance) < 0.3 ? 1 : 0
                    if arm == 1, Variates.unit(using: &chance) < loss { continue }
                    counts[arm] += 1
                    if unit % 20 == 0 { peak.observe(SampleRatio(counts: counts, shares: [0.7, 0.3]).logEvidence) }
                }
                let isWarned = peak.pValue < SampleRatio.warningLevel
                if loss == 0, isWarned { alarms += 1 }
                if loss > 0, !isWarned { misses += 1 }
            }
        }
        #expect(alarms <= Self.scale && misses <= 20 * Self.scale, "\(alarms) \(misses)")
    }

    @Test("A guardrail takes back an arm that is not worse in 5 % of runs at most, and one that is in all")
    func guardrails() throws {
        var experiment = Experiment.pair(metrics: [])
        experiment.guardrails = [Guardrail(metric: "error", kind: .proportion, goal: .decrease)]
        experiment.analysis.tightestAt = 2_000
        var chance = Chance(26)
        var takenBack = [0, 0]
        for (index, rate) in [0.1, 0.2].enumerated() {
            for _ in 0..<(150 * Self.scale) {
                var (tally, monitor) = (Tally(experiment), ExperimentMonitor(experiment))
                for unit in 1...4_000 {
                    let isNew = Variates.unit(using: &chance) < 0.5
                    let failed = Variates.unit(using: &chance) < (isNew ? rate : 0.1)
                    try tally.record(Outcome(arm: isNew ? "new" : "control", values: ["error": failed ? 1 : 0]))
                    guard unit % 100 == 0, case .rollBack = monitor.review(tally).decision else { continue }
                    takenBack[index] += 1
                    break
                }
            }
        }
        #expect(Double(takenBack[0]) <= 0.08 * 150 * Double(Self.scale), "\(takenBack)")
        #expect(takenBack[1] == 150 * Self.scale, "\(takenBack)")
    }

    @Test("The exact test of proportions holds its level from the first unit on, with rare successes and few units")
    func exactProportions() {
        var chance = Chance(27)
        var found = 0
        for _ in 0..<(1_000 * Self.scale) {
            var test = ProportionTest(arms: 2)
            for _ in 0..<400 {
                let arm = Variates.unit(using: &chance) < 0.2 ? 1 : 0
                test.observe(Variates.unit(using: &chance) < 0.02, arm: arm, probabilities: [0.8, 0.2])
                if test.logEvidence >= 2.9958 {
                    found += 1
                    break
                }
            }
        }
        #expect(found <= 70 * Self.scale, "\(found)")
    }

    @Test(
        "What cannot be simulated is said",
        arguments: [Metric.accepted, .latency.expecting(3), .latency.expecting(3, deviation: 0)])
    func missing(metric: Metric) {
        let error = #expect(throws: ExperimentError.self) { try OutcomeModel(metric) }
        #expect(error?.message.contains("'baseline'") == true)
    }
}
