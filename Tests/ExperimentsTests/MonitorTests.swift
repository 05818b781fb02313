// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import Testing

@Suite("Looking at an experiment")
struct MonitorTests {
    /// A tally of exact counts: units and successes of each arm.
    private func tally(
        _ experiment: Experiment, _ counts: [(units: Int, successes: Int)], metric: String = "accepted"
    ) throws -> Tally {
        var tally = Tally(experiment)
        for (arm, count) in zip(experiment.arms, counts) {
            for unit in 0..<count.units {
                try tally.expose(arm.name)
                try tally.record(Outcome(arm: arm.name, values: [metric: unit < count.successes ? 1 : 0]))
            }
        }
        return tally
    }

    @Test(
        "A look says what is known",
        arguments: [
            ([(50, 10), (50, 40)], "go-on", Comparison.Verdict.tooFew),
            ([(1_000, 200), (1_000, 210)], "go-on", .undecided),
            ([(1_000, 200), (1_000, 300)], "adopt", .better), ([(1_000, 300), (1_000, 200)], "go-on", .worse),
            ([(1_200, 200), (800, 300)], "distrust", .better), ([(0, 0), (0, 0)], "go-on", .tooFew),
        ] as [([(Int, Int)], String, Comparison.Verdict)])
    func decisions(counts: [(Int, Int)], decision: String, verdict: Comparison.Verdict) throws {
        var monitor = ExperimentMonitor(.pair())
        let review = monitor.review(try self.tally(.pair(), counts.map { (units: $0.0, successes: $0.1) }))
        #expect(
            review.decision.name == decision && review.comparisons.map(\.verdict) == [verdict], "\(review.decision)")
        #expect((review.comparisons[0].halfWidth == .infinity) == (verdict == .tooFew))
    }

    @Test("Where less is better, the arm with less is")
    func decrease() throws {
        let metric = Metric(name: "accepted", kind: .proportion, goal: .decrease)
        let experiment = Experiment.pair(metrics: [metric])
        var monitor = ExperimentMonitor(experiment)
        let review = monitor.review(try self.tally(experiment, [(1_000, 300), (1_000, 200)]))
        #expect(review.comparisons[0].verdict == .better)
        #expect(abs((review.comparisons[0].relative ?? 0) + 1 / 3.0) < 1e-9)
    }

    @Test("What one look found stays found, and the corrected value knows how many questions there are")
    func stays() throws {
        var experiment = Experiment.pair()
        experiment.arms = [Arm("a", weight: 0.34), Arm("b", weight: 0.33), Arm("c", weight: 0.33)]
        var monitor = ExperimentMonitor(experiment)
        let strong = monitor.review(try self.tally(experiment, [(1_000, 200), (1_000, 300), (1_000, 205)]))
        let weak = monitor.review(try self.tally(experiment, [(1_000, 200), (1_000, 240), (1_000, 205)]))
        #expect(weak.comparisons[0].pValue == strong.comparisons[0].pValue)
        #expect(weak.comparisons[0].logEvidence < strong.comparisons[0].logEvidence)
        #expect(strong.comparisons[0].adjustedPValue == 2 * strong.comparisons[0].pValue)
        guard case .adopt(let arm, _) = strong.decision else { Issue.record("\(strong.decision)"); return }
        #expect(arm == "b")
    }

    @Test(
        "A guardrail is broken only beyond what it allows",
        arguments: [
            (0.0, 0.0, 50, 100, true), (0.0, 0.0, 50, 55, false), (0.0, 0.0, 100, 50, false),
            (0.06, 0.0, 50, 100, false),
            (0.0, 1.0, 50, 100, false), (0.0, 1.0, 50, 200, true), (0.02, 0.1, 50, 150, true),
        ])
    func guardrails(allowed: Double, relative: Double, control: Int, arm: Int, isBroken: Bool) throws {
        var experiment = Experiment.pair()
        experiment.guardrails = [
            Guardrail(metric: "error", kind: .proportion, goal: .decrease, allowed: allowed, relative: relative)
        ]
        var monitor = ExperimentMonitor(experiment)
        let tally = try self.tally(experiment, [(1_000, control), (1_000, arm)], metric: "error")
        let review = monitor.review(tally)
        #expect((review.decision.name == "roll-back") == isBroken, "\(review.decision)")
        guard case .rollBack(let breach) = review.decision else { return }
        #expect(
            breach.arm == "new" && breach.logEvidence >= 2.9957 && breach.excess > 0 && breach.lower < breach.excess)
        #expect(breach.reason.contains("error of 'new' is higher than allowed"))
    }

    @Test("A guardrail on what should be high is broken by what is low")
    func lowGuardrail() throws {
        var experiment = Experiment.pair(metrics: [])
        experiment.guardrails = [Guardrail(metric: "ok", kind: .proportion, goal: .increase, relative: 0.1)]
        var monitor = ExperimentMonitor(experiment)
        #expect(
            monitor.review(try self.tally(experiment, [(1_000, 900), (1_000, 700)], metric: "ok")).decision.name
                == "roll-back")
        #expect(
            monitor.review(try self.tally(experiment, [(1_000, 900), (1_000, 850)], metric: "ok")).decision.name
                == "go-on")
    }

    @Test("A covariate makes the interval shorter by what it foretells")
    func covariate() throws {
        let plain = Metric(name: "seconds", kind: .mean, goal: .decrease)
        let adjusted = Metric(name: "seconds", kind: .mean, goal: .decrease, covariate: "before")
        var widths: [Double] = []
        for metric in [plain, adjusted] {
            let experiment = Experiment.pair(metrics: [metric])
            var (chance, tally) = (Chance(11), Tally(experiment))
            for unit in 0..<2_000 {
                let before = Variates.normal(using: &chance)
                let value = 0.8 * before + 0.6 * Variates.normal(using: &chance)
                let arm = unit % 2 == 0 ? "new" : "control"
                try tally.expose(arm)
                try tally.record(Outcome(arm: arm, values: ["seconds": value], covariates: ["before": before]))
            }
            var monitor = ExperimentMonitor(experiment)
            let comparison = monitor.review(tally).comparisons[0]
            widths.append(comparison.halfWidth)
            if metric.covariate != nil { #expect((0.58...0.7).contains(comparison.varianceReduction ?? 0)) }
        }
        #expect((0.55...0.65).contains(widths[1] / widths[0]), "\(widths)")
    }
}
