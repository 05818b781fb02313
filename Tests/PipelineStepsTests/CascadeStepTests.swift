// SPDX-License-Identifier: Apache-2.0

import AdaptiveControl
import DifferentiableTensors
import Foundation
import LLMCore
import OpenAutoGLMTesting
import OrderedCollections
import PipelineSteps
import Pipelines
import TaskModels
import Testing

@Suite("Cascades in pipelines")
struct CascadeStepTests {
    let folder: TestFolder
    let steps: StepRunning

    /// Two models that have learnt nothing yet: what they say is random, but always the same.
    ///
    /// Their intents are in another order.
    init() throws {
        self.folder = try TestFolder()
        self.steps = StepRunning(storage: self.folder)
        for (name, width) in [("small", 8), ("large", 16)] {
            var settings = EncoderSettings()
            (settings.width, settings.heads, settings.feedForward) = (width, 2, 8)
            var generator = SeededNumbers(seed: UInt64(width))
            let labels = (0..<4).map { "intent\($0)" }
            let path = "\(self.folder.path)/\(name)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try IntentModel(
                settings, turns: 1, labels: name == "small" ? labels : labels.reversed(),
                vocabulary: SubwordTrainer.vocabulary(of: ["yes no please", "yes no"], size: 30), using: &generator
            ).write(to: path)
        }
    }

    private func plan(_ threshold: Double, weights: [Double] = [0.5, 2]) throws -> CascadePlan {
        try CascadePlan(
            deciders: ["\(self.folder.path)/small", "\(self.folder.path)/large"], costs: [1, 20],
            pools: [OpinionPool(weights: [1]), OpinionPool(weights: weights)], threshold: threshold)
    }

    private func run(_ threshold: Double, _ inputs: JSONValue = [:]) async throws -> [String: JSONValue] {
        try self.folder.write(self.plan(threshold).json.serialized(), to: "cascade-\(threshold).json")
        var inputs = inputs.objectValue ?? [:]
        inputs["plan"] = .string("\(self.folder.path)/cascade-\(threshold).json")
        inputs["text"] = "yes please"
        return try await self.steps.run("cascade", .object(inputs))
    }

    @Test("A sure answer of the cheap model is taken; else both opinions are pooled, intent by intent")
    func escalates() async throws {
        let models = try ["small", "large"].map { try IntentModel(folder: "\(self.folder.path)/\($0)").quantized() }
        let turns = [DialogueTurn(.user, "yes please")]
        let cheap = try await self.run(0)
        let first = models[0].intents(of: turns)
        #expect(cheap["intent"] == .string(first[0].label) && cheap["model"]?.stringValue?.hasSuffix("/small") == true)
        #expect(abs((cheap["confidence"]?.numberValue ?? 0) - first[0].probability) < 1e-6)
        let both = try await self.run(1)
        let second = Dictionary(uniqueKeysWithValues: models[1].intents(of: turns).map { ($0.label, $0.probability) })
        var pooled = first.map { ($0.label, pow($0.probability, 0.5) * pow(second[$0.label] ?? 0, 2)) }
        let total = pooled.reduce(0) { $0 + $1.1 }
        pooled.sort { $0.1 > $1.1 }
        #expect(both["intent"] == .string(pooled[0].0) && both["accepted"] == true)
        #expect(abs((both["confidence"]?.numberValue ?? 0) - pooled[0].1 / total) < 1e-6)
        #expect(both["account"]?.arrayValue?.count == 2 && both["alternatives"]?.arrayValue?.count == 4)
        let costs = models.map { Double($0.multiplyAdds($0.input(turns))) }
        #expect(cheap["cost"] == .number(costs[0]) && both["cost"] == .number(costs[0] + costs[1]))
        #expect(try await self.run(1, ["threshold": 0.99])["accepted"] == false)
        // What counts is how far the first intent is ahead of the second, not how likely it is.
        let margin = first[0].probability - first[1].probability
        for (threshold, asked) in [(margin - 1e-4, 1), (margin + 1e-4, 2)] {
            let account = try #require(try await self.run(threshold)["account"]?.arrayValue)
            #expect(account.count == asked && abs((account[0]["margin"]?.numberValue ?? 0) - margin) < 1e-6)
        }
    }

    /// A plan of the small model, one that scores and one that writes.
    private func mixedPlan(_ threshold: Double, _ scoring: ScriptedModel) async throws -> CascadePlan {
        let labels = (0..<4).map { "intent\($0)" }
        let utterances = labels.map { ([DialogueTurn(.user, "say \($0)")][...], $0) }
        let shown = try await AskedIntents(labels: labels, utterances: utterances, by: scoring)
        return try CascadePlan(
            deciders: ["\(self.folder.path)/small", "ask:local", "ask:remote"],
            details: ["ask:local": shown.json, "ask:remote": shown.json], costs: [1, 50, 1000],
            pools: [
                OpinionPool(weights: [1]), OpinionPool(weights: [0.1, 1]), OpinionPool(weights: [0.1, 0.2, 2]),
            ], threshold: threshold)
    }

    @Test("Language models decide where the trained one is not sure: by how likely intents are, or by what they write")
    func languageModels() async throws {
        let scoring = ScriptedModel(name: "local") { request in
            guard case .raw(let text) = request.prompt else { return [] }
            let isKnown =
                text.hasSuffix("User: yes please\nIntent:") && text.contains("User: say intent1\nIntent: intent1")
            return request.choices.map { isKnown && $0 == " intent2" ? -0.01 : -6 }
        }
        let writing = ScriptedModel(replies: ["It is intent3.", "I cannot say."], name: "remote")
        var runner = PipelineRunner(model: ScriptedModel())
        runner.models = { $0 == "local" ? scoring : writing }
        func run(_ threshold: Double) async throws -> [String: JSONValue] {
            let plan = try await self.mixedPlan(threshold, scoring)
            try self.folder.write(plan.json.serialized(), to: "mixed-\(threshold).json")
            let inputs: JSONValue = [
                "plan": .string("\(self.folder.path)/mixed-\(threshold).json"), "text": "yes please",
            ]
            return try await runner.run(self.steps.pipeline("cascade", inputs)).steps[0].outputs
        }
        let sure = try await run(0.9)
        #expect(sure["intent"] == "intent2" && sure["model"] == "ask:local" && sure["account"]?.arrayValue?.count == 2)
        #expect(writing.requests.isEmpty)
        let both = try await run(1)
        #expect(both["intent"] == "intent3" && both["model"] == "ask:remote", "\(both)")
        #expect(
            both["cost"]?.numberValue == (sure["cost"]?.numberValue ?? 0) + 1000
                && both["account"]?.arrayValue?.last?["cost"]?.numberValue == 1000)
        // What is no intent says nothing.
        #expect(try await run(1)["intent"] == "intent2")
        let nothing = try CascadePlan(
            deciders: ["\(self.folder.path)/small", "ask:local"], costs: [1, 50],
            pools: [OpinionPool(weights: [1]), OpinionPool(weights: [1, 1])], threshold: 1)
        try self.folder.write(nothing.json.serialized(), to: "nothing.json")
        let failure = await self.steps.failure(
            "cascade", ["text": "yes", "plan": .string("\(self.folder.path)/nothing.json")])
        #expect(failure?.contains("nothing.json") == true && failure?.contains("train cascade") == true)
    }

    @Test("Where the first model is never as sure as it was when the plan was fitted, that is told")
    func drift() async throws {
        let usual = (0..<500).map { 0.9 + Double($0) / 10_000 }
        let plan = try CascadePlan(
            deciders: self.plan(0).deciders, costs: [1, 20], pools: self.plan(0).pools, threshold: 0, usualScores: usual
        )
        try self.folder.write(plan.json.serialized(), to: "drift.json")
        let inputs: JSONValue = ["plan": .string("\(self.folder.path)/drift.json"), "text": "yes please"]
        let registry = self.steps.registry
        let yaml = """
            pipeline: p
            steps:
              - id: asked
                for_each: 60
                steps: [{id: step, uses: cascade, with: \(inputs)}]
                output: "${step.drift}"
            output: "${asked.results}"
            """
        let run = try await PipelineRunner(model: ScriptedModel()).run(Pipeline(yaml: yaml, registry: registry))
        #expect(run.output.arrayValue?.first == false && run.output.arrayValue?.last == true)
        #expect(try await self.run(0)["drift"] == false)
    }

    @Test("Files that are none, and models that tell something else, are refused")
    func refused() async throws {
        try self.folder.write("{\"format\": \"x\"}", to: "broken.json")
        let path = self.folder.path
        let broken = await self.steps.failure("cascade", ["text": "yes", "plan": .string("\(path)/broken.json")])
        #expect(broken?.contains("broken.json") == true, "\(String(describing: broken))")
        let missing = await self.steps.failure("cascade", ["text": "yes", "plan": "/nowhere.json"])
        #expect(missing?.contains("/nowhere.json") == true)
        var generator = SeededNumbers(seed: 1)
        var settings = EncoderSettings()
        (settings.width, settings.heads, settings.feedForward) = (8, 2, 8)
        let other = try IntentModel(
            settings, turns: 1, labels: ["a", "b"],
            vocabulary: SubwordTrainer.vocabulary(of: ["yes no"], size: 30), using: &generator)
        let small = try IntentModel(folder: "\(path)/small")
        let error = #expect(throws: AdaptiveControlError.self) {
            try IntentCascade(self.plan(0.5), deciders: [.trained(small), .trained(other)])
        }
        #expect(error?.code == .invalidStates)
        #expect(throws: InvalidPipelineError.self) {
            try self.steps.pipeline("cascade", ["text": "yes", "plan": "p", "threshold": 1.5])
        }
    }

    @Test("Multiplications are counted as the formula says", arguments: [(1, 16), (3, 8)])
    func work(layers: Int, width: Int) throws {
        var settings = EncoderSettings()
        (settings.layers, settings.width, settings.heads, settings.feedForward) = (layers, width, 2, 24)
        var generator = SeededNumbers(seed: 1)
        let model = try IntentModel(
            settings, turns: 1, labels: ["a", "b", "c"],
            vocabulary: SubwordTrainer.vocabulary(of: ["yes no please", "yes no"], size: 30), using: &generator)
        let input = model.input([DialogueTurn(.user, "yes no")])
        let rows = input.pieceCount
        // Of each layer: four projections, scores and sums of attention, and two dense layers.
        let full = 4 * rows * width * width + 2 * rows * rows * width + 2 * rows * width * 24
        let last = 2 * rows * width * width + 2 * width * width + 2 * rows * width + 2 * width * 24
        #expect(model.multiplyAdds(input) == (layers - 1) * full + last + 3 * width)
    }
}
