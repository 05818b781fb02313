// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import Testing

@Suite("Counting outcomes")
struct TallyTests {
    private static var experiment: Experiment {
        var experiment = Experiment.pair(metrics: [
            .accepted, Metric(name: "seconds", kind: .mean, goal: .decrease, covariate: "before"),
        ])
        experiment.guardrails = [Guardrail(metric: "error", kind: .proportion, goal: .decrease)]
        return experiment
    }

    @Test("Moments are those of all values, also of large ones with small differences")
    func moments() {
        var moments = PairedMoments()
        for value in [4.0, 7, 13, 16] { moments.add(1e9 + value, covariate: -value) }
        #expect(moments.mean == 1e9 + 10 && moments.variance == 30)
        #expect(moments.covariance == -30 && moments.covariateVariance == 30)
        #expect(PairedMoments().variance == 0)
    }

    @Test("What processes count apart is what one would have counted, also by way of JSON")
    func merging() throws {
        var chance = Chance(3)
        var whole = Tally(Self.experiment)
        var parts = (0..<4).map { _ in Tally(Self.experiment) }
        for unit in 0..<1_000 {
            let arm = unit % 3 == 0 ? "new" : "control"
            let before = Variates.normal(using: &chance)
            let outcome = Outcome(
                arm: arm, values: ["accepted": unit % 2 == 0 ? 1 : 0, "seconds": before + 100, "error": 0],
                covariates: ["before": before])
            let part = unit % 7 % 3
            try parts[part].expose(arm)
            try parts[part].record(outcome)
            try whole.expose(arm)
            try whole.record(outcome)
        }
        var merged = Tally(Self.experiment)
        for part in parts {
            let text = part.json.serialized()
            try merged.merge(try Tally(json: try JSONValue(parsing: text), of: Self.experiment))
        }
        #expect(merged.exposures == whole.exposures)
        for metric in ["accepted", "seconds", "error"] {
            for (left, right) in zip(merged.moments(of: metric), whole.moments(of: metric)) {
                #expect(left.count == right.count && Reference.agrees(left.mean, right.mean, 1e-12))
                #expect(Reference.agrees(left.variance, right.variance, 1e-9))
                #expect(Reference.agrees(left.covariance, right.covariance, 1e-9))
            }
        }
    }

    @Test(
        "Outcomes that cannot be are refused and count nothing",
        arguments: [
            (Outcome(arm: "newer", values: [:]), "Did you mean 'new'?"),
            (Outcome(arm: "new", values: ["acepted": 1]), "Did you mean 'accepted'?"),
            (Outcome(arm: "new", values: ["accepted": 0.5]), "0 or 1"),
            (Outcome(arm: "new", values: ["accepted": 1, "seconds": .nan]), "finite"),
            (Outcome(arm: "new", values: ["seconds": .infinity]), "finite"),
            (Outcome(arm: "new", values: ["seconds": 1e200], covariates: ["before": 1]), "finite"),
            (Outcome(arm: "new", values: ["accepted": 1, "seconds": 1]), "covariate 'before'"),
            (Outcome(arm: "new", values: ["seconds": 1], covariates: ["before": .nan]), "covariate 'before'"),
        ])
    func refused(outcome: Outcome, message: String) throws {
        var tally = Tally(Self.experiment)
        let error = #expect(throws: ExperimentError.self) { try tally.record(outcome) }
        #expect(error?.code == .invalidOutcome && error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(tally == Tally(Self.experiment))
    }

    @Test(
        "Tallies of something else, or damaged ones, are refused",
        arguments: [
            #"{"experiment": "other__0", "arms": ["control", "new"], "exposures": [0, 0], "moments": {"accepted": []}}"#,
            #"{"experiment": "pair__0", "arms": ["control", "new"], "exposures": [0, -1], "moments": {"accepted": [[0,0,0,0,0,0],[0,0,0,0,0,0]]}}"#,
            #"{"experiment": "pair__0", "arms": ["control", "new"], "exposures": [0, 0], "moments": {"accepted": [[0,0,0,0,0,0]]}}"#,
            #"{"experiment": "pair__0", "arms": ["control", "new"], "exposures": [0, 0], "moments": {"accepted": [[1,0,-1,0,0,0],[0,0,0,0,0,0]]}}"#,
            #"{"experiment": "pair__0", "arms": ["control", "new"], "exposures": [9e18, 0], "moments": {"accepted": [[1,0,1,0,0,0],[0,0,0,0,0,0]]}}"#,
            "[]", "null",
        ])
    func damaged(text: String) throws {
        let json = try JSONValue(parsing: text)
        let error = #expect(throws: ExperimentError.self) { try Tally(json: json, of: .pair()) }
        #expect(error?.code == .incompatible)
    }

    @Test("Tallies of another version do not merge")
    func versions() throws {
        var second = Experiment.pair()
        second.version = 1
        var tally = Tally(.pair())
        #expect(throws: ExperimentError.self) { try tally.merge(Tally(second)) }
    }

    @Test("What the program measures has the names of the known metrics")
    func measured() {
        let values = MeasuredOutcome(latency: .milliseconds(250), cost: 0.5, failed: true).values
        #expect(values == ["latency": 0.25, "cost": 0.5, "error": 1, "parse-failure": 0])
        #expect(Set(values.keys) == Set(MeasuredOutcome.metrics.map(\.name)))
    }
}
