// SPDX-License-Identifier: Apache-2.0

import AdaptiveControl
import LLMCore
import OpenAutoGLMTesting
import OrderedCollections
import RealModule
import Testing

@Suite("Studies of cascades")
struct CascadeStudyTests {
    /// A weak model that costs 1 and a strong one that costs 50, which see different things of the truth.
    private func examples(_ count: Int, seed: UInt64) throws -> CascadeExamples {
        var generator = SeededGenerator(state: seed)
        let strengths = [2.2, 3.2]
        var (logs, states) = ([[[Double]]](repeating: [], count: 2), [Int]())
        for _ in 0..<count {
            let truth = Int.random(in: 0..<5, using: &generator)
            states.append(truth)
            for (model, strength) in strengths.enumerated() {
                // Logits as a Gaussian of the truth: honest likelihoods, told twice too surely.
                let logits = (0..<5).map { state in
                    2 * ((state == truth ? strength * strength : 0) + strength * Self.normal(&generator))
                }
                let highest = logits.max() ?? 0
                let total = Double.log(logits.reduce(0) { $0 + .exp($1 - highest) }) + highest
                logs[model].append(logits.map { $0 - total })
            }
        }
        return try CascadeExamples(
            logProbabilities: logs, states: states,
            costs: [[Double](repeating: 1, count: count), [Double](repeating: 50, count: count)])
    }

    private static func normal(_ generator: inout SeededGenerator) -> Double {
        let (radius, angle) = (
            Double.random(in: 0.0001..<1, using: &generator), Double.random(in: 0..<1, using: &generator)
        )
        return (-2 * .log(radius)).squareRoot() * .cos(2 * .pi * angle)
    }

    @Test(
        "A cascade is as right as the dear model for a share of its cost, better than static rules at each, and keeps its promise"
    )
    func study() throws {
        let examples = try self.examples(3000, seed: 6)
        let promise = try ErrorPromise(errorRate: 0.04, kind: .ofNext(1200, confidence: 0.95))
        var generator = SeededGenerator(state: 1)
        var told: [Int] = []
        let study = try CascadeStudy(examples, promising: promise, splits: 20, using: &generator) { done, _ in
            told.append(done)
        }
        #expect(told == Array(1...20) && study.promised == 20 && study.kept >= 18, "\(study.kept)")
        let (accuracy, cost) = (study.accuracy, study.cost)
        #expect(
            study.alone[1] > study.alone[0] + 0.1 && accuracy > study.alone[1] - 0.005 && cost < 0.65,
            "\(study.alone) \(accuracy) \(cost)"
        )
        #expect(study.leastAdvantage >= 0, "\(study.leastAdvantage)")
        let errors = study.json
        #expect(errors["ece_before"]?.numberValue ?? 0 > 0.05 && errors["ece_after"]?.numberValue ?? 1 < 0.04)
        #expect(abs(study.answered.reduce(0, +) - 1) < 1e-9 && study.curve.count == CascadeSplit.reaches)
        var other = SeededGenerator(state: 1)
        #expect(try CascadeStudy(examples, promising: promise, splits: 20, using: &other).json == study.json)
        let svg = FrontierPicture(study, title: "a < b & c", models: ["weak", "strong"]).svg
        #expect(svg.contains("a &lt; b &amp; c") && svg.contains("always weak") && svg.contains("at most 4.0 % wrong"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }

    @Test("Recorded answers with scores that are distorted are calibrated, and their promise is kept")
    func recorded() throws {
        var generator = SeededGenerator(state: 3)
        let records = CascadeTests.records(2000, stages: 3, using: &generator).map { record in
            // A decider that is never sure, and one that always is.
            CascadeRecord(
                stages: record.stages.enumerated().map { stage, answer in
                    CascadeRecord.Stage(
                        score: stage == 0 ? answer.score / 3 : .pow(answer.score, 0.2), isRight: answer.isRight,
                        cost: answer.cost)
                })
        }
        let promise = try ErrorPromise(errorRate: 0.16, kind: .ofNext(800, confidence: 0.95))
        let study = try CascadeStudy(RecordedAnswers(records), promising: promise, splits: 20, using: &generator)
        #expect(study.promised == 20 && study.kept >= 18 && study.alone.count == 3, "\(study.kept)")
        #expect(study.cost < 0.3 && study.answered.allSatisfy { $0 > 0.01 }, "\(study.answered)")
        #expect(study.json["ece_before"]?.numberValue ?? 0 > 0.4 && study.json["ece_after"]?.numberValue ?? 1 < 0.09)
        let answers = try RecordedAnswers(records)
        let maps = try answers.fit(on: 0..<2000)
        let scores = answers.leastScores(of: 0.8, by: maps)
        #expect(scores.count == 2 && scores[0].map { maps[0]($0) >= 0.8 && maps[0]($0 - 0.01) < 0.8 } == true)
        #expect(answers.leastScores(of: 2, by: maps) == [nil, nil])
        #expect(throws: AdaptiveControlError.self) {
            try RecordedAnswers(records.map { CascadeRecord(stages: Array($0.stages.prefix(1))) })
        }
    }

    @Test("Parts have no example in common, and all of them together have each one")
    func parts() {
        var generator = SeededGenerator(state: 1)
        let parts = CascadeSplit.Parts(103, using: &generator)
        #expect((parts.weights + parts.thresholds + parts.judged).sorted() == Array(0..<103))
        #expect(parts.weights.count == 20 && parts.thresholds.count == 41 && parts.judged.count == 42)
    }

    @Test("A promise that cannot be made is told, and too few examples are refused")
    func refused() throws {
        var generator = SeededGenerator(state: 1)
        let promise = try ErrorPromise(errorRate: 0.001, kind: .ofAll(confidence: 0.99))
        let study = try CascadeStudy(self.examples(200, seed: 3), promising: promise, splits: 2, using: &generator)
        #expect(study.promised == 0 && study.kept == 0)
        // The most careful threshold is taken all the same.
        #expect(study.accuracy > study.alone[0] && study.cost > 0.1)
        #expect(throws: AdaptiveControlError.self) {
            try CascadeStudy(self.examples(99, seed: 3), promising: promise, splits: 2, using: &generator)
        }
        #expect(throws: AdaptiveControlError.self) {
            try CascadeExamples(logProbabilities: [[[0]], [[0]]], states: [0], costs: [[1], []])
        }
    }

    @Test("A plan is the same after it was written and read, and what is no plan is refused")
    func plans() throws {
        let pools = try self.examples(300, seed: 2).fit(on: 0..<300)
        let promise = try ErrorPromise(errorRate: 0.1, kind: .inTheMean)
        for threshold in [0.7, .infinity] {
            let plan = try CascadePlan(
                deciders: ["small", "large"], details: ["large": ["shown": "x"]], costs: [1, 50], pools: pools,
                threshold: threshold, promise: promise, usualScores: [0.25, 1])
            let read = try CascadePlan(JSONValue(parsing: Array(plan.json.serialized().utf8)))
            #expect(read.threshold == threshold && read.pools == pools && read.deciders == plan.deciders)
            #expect(read.usualScores == [0.25, 1] && read.details == plan.details)
        }
        let good = try CascadePlan(deciders: ["small", "large"], costs: [1, 50], pools: pools, threshold: 0.7).json
        let breaks: [(String, JSONValue)] = [
            ("format", "x"), ("version", 1), ("models", ["small"]), ("models", ["a", "a"]), ("costs", [1]),
            ("costs", [1, -1]),
            ("weights", [[1]]), ("weights", [[1], [1, "x"]]), ("weights", [[1], [1, 1e9]]), ("threshold", "x"),
            ("threshold", -1),
        ]
        for (key, value) in breaks {
            var json = good.objectValue ?? [:]
            json[key] = value
            #expect(throws: AdaptiveControlError.self, "\(key)") { try CascadePlan(.object(json)) }
        }
    }
}
