// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import Testing

@Suite("Definitions of experiments")
struct DefinitionTests {
    static let full = """
        experiment: answer-length
        description: Do shorter answers please?
        seed: lengths
        version: 2
        arms:
          - {name: control, weight: 70}
          - name: short
            weight: 30
            settings: {max_tokens: 64}
        coverage: 0.5
        namespace: {name: prompts, from: 0, to: 0.5}
        hold-out: {name: everyone, share: 0.05}
        condition:
          country: {$in: [DE, CN]}
        metrics:
          - {name: accepted, kind: proportion, goal: increase, baseline: 0.4, minimum-effect: 0.02}
          - {name: seconds, kind: mean, goal: decrease, covariate: seconds_before, deviation: 2}
        guardrails:
          - {metric: error, allowed: 0.01}
          - {metric: seconds, relative: 0.1}
        analysis: {alpha: 0.01, tightest-at: 2000, correction: benjamini-hochberg, minimum-units: 50}
        """

    @Test("A whole definition is read")
    func whole() throws {
        let experiment = try Experiment(yaml: Self.full, file: "e.yaml")
        #expect(
            experiment.weights == [0.7, 0.3] && experiment.seed == "lengths"
                && experiment.stickyKey == "answer-length__2")
        #expect(experiment.arms[1].settings["max_tokens"] == 64)
        #expect(experiment.holdOut == HoldOut(name: "everyone", share: 0.05))
        #expect(experiment.namespace == NamespaceRange(name: "prompts", lower: 0, upper: 0.5))
        #expect(experiment.condition?.holds(for: ["country": "CN"]) == true)
        #expect(experiment.metrics[1].covariate == "seconds_before" && experiment.metrics[0].minimumEffect == 0.02)
        #expect(experiment.guardrails.map(\.kind) == [.proportion, .mean] && experiment.guardrails[1].relative == 0.1)
        #expect(experiment.analysis.alpha == 0.01 && experiment.analysis.correction == .benjaminiHochberg)
        #expect(experiment.measured.map(\.name) == ["accepted", "seconds", "error"])
    }

    @Test("Canaries and adaptive allocations are read")
    func modes() throws {
        let arms = "experiment: e\narms: [{name: a, weight: 0.5}, {name: b, weight: 0.5}]\n"
        let canary = try Experiment(
            yaml: arms + "canary: {steps: [1, 10, 100], minimum-units: 20, minimum-time: 5m, maximum-time: 2h}",
            file: "e")
        #expect(canary.canary?.shares == [0.01, 0.1, 1] && canary.canary?.minimumTime == .seconds(300))
        let metric = "metrics: [{name: m, kind: proportion, goal: increase}]\n"
        let topTwo = try Experiment(yaml: arms + metric + "allocation: {mode: top-two, delta: 0.1}", file: "e")
        #expect(topTwo.allocation == .topTwo(delta: 0.1))
    }

    @Test(
        "What is wrong is named with its place and the way out",
        arguments: [
            (
                "seed: lengths", "sead: lengths",
                "e.yaml:3:1: The experiment has the unknown key 'sead'. Did you mean 'seed'?"
            ),
            ("max_tokens: 64}", "max_tokens: 64}\n    wait: 3", "An arm has the unknown key 'wait'"),
            ("weight: 70", "weight: 40", "add up to 70"),
            ("weight: 70", "weight: many", "e.yaml:6:29: Here must be a number"),
            ("weight: 70", "weight: -70", "from 0.0 to 100.0"),
            ("name: short", "name: control", "two arms are named 'control'"),
            ("name: short", "nam: short", "An arm has no 'name'"), ("kind: mean", "kind: meen", "Did you mean 'mean'?"),
            ("goal: decrease", "goal: less", "Known: decrease, increase"),
            ("coverage: 0.5", "coverage: 2", "from 0.0 to 1.0"),
            ("to: 0.5}", "to: 0}", "no part of 0 to 1"),
            ("$in: [DE, CN]", "$im: [DE]", "e.yaml:14:13: There is no operator '$im'"),
            ("metric: error", "metric: eror", "Did you mean 'error'?"),
            ("alpha: 0.01", "alpha: 0.7", "between 0 and 0.5"),
            (
                "- {metric: seconds, relative: 0.1}\n", "- {metric: seconds, kind: proportion}\n",
                "takes it for a proportion"
            ),
            ("name: accepted", "name: arm", "cannot be named 'arm'"),
            ("baseline: 0.4", "baseline: 4", "a proportion lies from 0 to 1"),
            ("minimum-units: 50", "minimum-units: 1", "from 2"),
            ("share: 0.05", "share: 1", "not including, 1"),
            ("experiment: answer-length", "name: x", "has no 'experiment'"),
            ("coverage: 0.5", "allocation: {mode: fixed, delta: 0.1}", "'delta' belongs"),
            ("coverage: 0.5", "canary: {steps: [5, 1, 100]}", "steps rise"),
            ("coverage: 0.5", "canary: {minimum-time: soon}", "a time"),
            ("coverage: 0.5", "canary: {steps: [1, 100], minimum-time: 2h, maximum-time: 1h}", "shorter"),
        ])
    func wrong(old: String, new: String, message: String) throws {
        try #require(Self.full.contains(old))
        let yaml = Self.full.replacing(old, with: new, maxReplacements: 1)
        let error = #expect(throws: ExperimentError.self) { try Experiment(yaml: yaml, file: "e.yaml") }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test(
        "Weights that do not add up, or are none, are errors in Swift too",
        arguments: [[0.5, 0.6], [0.3, 0.3], [0, 0], [-0.5, 1.5], [Double.nan, 0.5], [Double.infinity, 0], [1]])
    func weights(weights: [Double]) throws {
        let arms = weights.enumerated().map { Arm("arm\($0.offset)", weight: $0.element) }
        let error = #expect(throws: ExperimentError.self) { try Experiment(name: "e", arms: arms).check() }
        #expect(error?.code == .invalidDefinition)
    }
}
