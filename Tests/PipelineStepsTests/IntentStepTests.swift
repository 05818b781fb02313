// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import LLMCore
import OrderedCollections
import PipelineSteps
import Pipelines
import TaskModels
import Testing

@Suite("Intents in pipelines")
struct IntentStepTests {
    let folder: TestFolder
    let steps: StepRunning

    /// A model that has learnt nothing yet: what it says is random, but always the same.
    init() throws {
        self.folder = try TestFolder()
        self.steps = StepRunning(storage: self.folder)
        var settings = EncoderSettings()
        (settings.width, settings.heads, settings.feedForward) = (8, 2, 8)
        var generator = SeededNumbers(seed: 3)
        try IntentModel(
            settings, turns: 2, labels: (0..<12).map { "intent\($0)" },
            vocabulary: SubwordTrainer.vocabulary(of: ["yes no please", "yes no"], size: 30), using: &generator
        ).write(to: self.folder.path)
    }

    private func run(_ inputs: JSONValue) async throws -> [String: JSONValue] {
        var inputs = inputs.objectValue ?? [:]
        inputs["model"] = .string(self.folder.path)
        return try await self.steps.run("intent", .object(inputs))
    }

    @Test("The likeliest intents come with probabilities, and depend on the turns before")
    func alternatives() async throws {
        let alone = try await self.run(["text": "yes"])
        let intents = try #require(alone["alternatives"]?.arrayValue)
        let probabilities = intents.compactMap { $0["probability"]?.numberValue }
        #expect(probabilities.count == 10 && probabilities == probabilities.sorted(by: >))
        #expect(alone["intent"] == intents[0]["intent"] && alone["confidence"] == intents[0]["probability"])
        let later = try await self.run(["text": "yes", "history": [["speaker": "system", "text": "no?"]]])
        #expect(later["confidence"] != alone["confidence"])
        let model = try IntentModel(folder: self.folder.path)
        let expected = model.intents(of: [DialogueTurn(.system, "no?"), DialogueTurn(.user, "yes")])
        #expect(later["confidence"] == .number(expected[0].probability))
    }

    @Test("Below the threshold nothing is accepted")
    func threshold() async throws {
        #expect(try await self.run(["text": "yes", "threshold": 0.99])["accepted"] == false)
        #expect(try await self.run(["text": "yes", "threshold": 0.01])["accepted"] == true)
        #expect(throws: InvalidPipelineError.self) {
            try self.steps.pipeline("intent", ["text": "yes", "model": "m", "threshold": 1.5])
        }
    }

    @Test("Turns without speaker, and models that are not there, are told")
    func refused() async throws {
        await #expect(throws: (any Error).self) { try await self.run(["text": "yes", "history": [["text": "no"]]]) }
        let error = await #expect(throws: (any Error).self) {
            try await self.steps.run("intent", ["text": "yes", "model": "/nowhere"])
        }
        #expect(error.map { "\($0)" }?.contains("/nowhere/config.json") == true)
    }
}
