// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Foundation
import LLMCore
import ModelFiles
import ModelTraining
import OrderedCollections
import TaskModels
import Testing

@Suite("Training of intent models")
struct IntentTrainerTests {
    @Test("Who reads the turns before an utterance understands an agreement, who does not cannot", arguments: [0, 2])
    func context(turns: Int) throws {
        var trainer = try TinyDialogues.trainer(TinyDialogues.settings(turns: turns))
        while !trainer.isDone { try trainer.advance(for: .seconds(60)) { _ in } }
        let accuracy = try #require(trainer.history.best.map { trainer.history.epochs[$0].accuracy })
        // Half of all utterances are agreements to one of three things.
        #expect(turns == 0 ? accuracy < 0.8 : accuracy == 1, "\(accuracy)")
        let report = trainer.report(data: "tiny")
        #expect(report["intents"] == 6 && report["train_examples"] == 120 && report["dev_unknown_intents"] == 0)
        let curve = LearningCurve(trainer.history, title: "a < b").svg
        #expect(curve.contains("a &lt; b") && curve.contains("class=\"curve accuracy\""))
    }

    @Test(
        "A training that goes on from a checkpoint, within an epoch too, comes to what it would have come to",
        arguments: [0, 64])
    func resume(ngrams: Int) throws {
        let settings = TinyDialogues.settings(ngrams: ngrams)
        try TinyDialogues.withFolder { folder in
            var whole = try TinyDialogues.trainer(settings)
            while !whole.isDone { try whole.advance(for: .seconds(60)) { _ in } }
            var parts = try TinyDialogues.trainer(settings)
            for _ in 0..<6 { try parts.advance(for: .zero) { _ in } }
            try parts.writeCheckpoint(to: "\(folder)/a")
            parts = try TinyDialogues.trainer(settings)
            try parts.resume(from: "\(folder)/a")
            try parts.advance(for: .seconds(60)) { _ in }
            #expect(parts.history.epochs.count == 1)
            try parts.writeCheckpoint(to: "\(folder)/a")
            parts = try TinyDialogues.trainer(settings)
            try parts.resume(from: "\(folder)/a")
            while !parts.isDone { try parts.advance(for: .seconds(60)) { _ in } }
            for (one, other) in zip(whole.history.epochs, parts.history.epochs) {
                #expect(
                    (one.loss, one.accuracy, one.developmentLoss) == (other.loss, other.accuracy, other.developmentLoss)
                )
            }
            #expect(whole.history.best == parts.history.best && whole.best.temperature == parts.best.temperature)
            for (one, other) in zip(whole.best.encoder.weights, parts.best.encoder.weights) {
                #expect(one.name == other.name && one.weight == other.weight)
            }
        }
    }

    @Test("A checkpoint of another training, or a damaged one, is refused, and the training stays as it was")
    func refused() throws {
        try TinyDialogues.withFolder { folder in
            var trainer = try TinyDialogues.trainer()
            try trainer.advance(for: .seconds(60)) { _ in }
            try trainer.writeCheckpoint(to: "\(folder)/a")
            var other = try TinyDialogues.trainer(TinyDialogues.settings(turns: 1))
            #expect(throws: TrainingError.self) { try other.resume(from: "\(folder)/a") }
            var others = TinyDialogues.make(60)
            others[0].turns[0].text = "something else"
            var changed = try IntentTrainer(
                TinyDialogues.settings(), training: others, development: TinyDialogues.make(20, seed: 2))
            #expect(throws: TrainingError.self) { try changed.resume(from: "\(folder)/a") }
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a")))
            let head = 8 + Int(bytes[0]) + Int(bytes[1]) << 8 + Int(bytes[2]) << 16
            var generator = SeededNumbers(seed: 5)
            for round in 0..<200 {
                var damaged = bytes
                switch round % 3 {
                case 0: damaged[Int.random(in: 0..<head, using: &generator)] = .random(in: 0...255, using: &generator)
                case 1: damaged.removeLast(Int.random(in: 1..<bytes.count, using: &generator))
                default: for index in 0..<4 { damaged[bytes.count - 4 - 4 * (round % 50) + index] = 0xFF }
                }
                try Data(damaged).write(to: URL(fileURLWithPath: "\(folder)/b"))
                var copy = try TinyDialogues.trainer()
                let before = copy.history
                do {
                    try copy.resume(from: "\(folder)/b")
                    // What was changed says nothing, such as a space.
                    #expect(round % 3 == 0 && copy.history.epochs.count == 1)
                } catch {
                    #expect(error is TrainingError || error is TaskModelError || error is ModelFileError, "\(error)")
                    #expect(copy.history == before)
                }
            }
        }
    }

    @Test("A model is the same after it was written and read, and gives the same answers", arguments: [0, 64])
    func files(ngrams: Int) throws {
        try TinyDialogues.withFolder { folder in
            var trainer = try TinyDialogues.trainer(TinyDialogues.settings(ngrams: ngrams))
            try trainer.advance(for: .seconds(60)) { _ in }
            try trainer.best.write(to: folder)
            let model = try IntentModel(folder: folder)
            #expect(model.labels == trainer.best.labels && model.vocabulary == trainer.best.vocabulary)
            #expect(model.temperature == trainer.best.temperature && model.turns == 2)
            #expect(model.ngrams == ngrams)
            let input = model.input([DialogueTurn(.user, "a table"), DialogueTurn(.user, "yes")])
            #expect(model.logits(of: [input]) == trainer.best.logits(of: [input]))
            for (file, text, word) in [
                ("config.json", "{}", "intent model"), ("config.json", "nothing", "JSON"),
                (
                    "config.json",
                    #"{"format":"autoglm-intent","version":1,"layers":64,"width":8192,"heads":1,"feed_forward":65536,"#
                        + #""turns":2,"temperature":1,"labels":["a","b"]}"#, "weights"
                ),
                ("vocabulary.json", "[1]", "vocabulary"),
                ("model.safetensors", "nothing", "safetensors"),
            ] {
                let before = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)"))
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
                let error = #expect(throws: (any Error).self) { try IntentModel(folder: folder) }
                #expect(
                    error.map { "\($0)".lowercased().contains(word.lowercased()) } == true,
                    "\(String(describing: error))")
                try before.write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
            }
        }
    }

    @Test("Settings out of their range are refused, and data that say nothing")
    func settings() throws {
        let changes: [(inout IntentTrainingSettings) -> Void] = [
            { $0.turns = -1 }, { $0.encoder.heads = 3 }, { $0.encoder.width = 0 }, { $0.rate = 0 }, { $0.rate = .nan },
            { $0.dropout = 1 }, { $0.hiddenPieces = -0.1 }, { $0.epochs = 0 }, { $0.batch = 0 },
            { $0.vocabularySize = 3 }, { $0.ngrams = -1 }, { $0.ngrams = 1 << 23 },
            { $0.minimumExamples = 1000 }, { $0.patience = 0 },
        ]
        for change in changes {
            var settings = TinyDialogues.settings()
            change(&settings)
            #expect(throws: (any Error).self) { try TinyDialogues.trainer(settings) }
        }
        let strange = [LabelledDialogue(turns: [DialogueTurn(.user, "hm")], intents: ["else"])]
        #expect(throws: TrainingError.self) {
            try IntentTrainer(TinyDialogues.settings(), training: TinyDialogues.make(20), development: strange)
        }
    }

    @Test("A student comes nearer to its teacher than one that learns from the right intents alone")
    func student() throws {
        var teacher = try TinyDialogues.trainer()
        while !teacher.isDone { try teacher.advance(for: .seconds(60)) { _ in } }
        func student(_ distillation: Distillation?) throws -> IntentModel {
            var settings = TinyDialogues.settings()
            (settings.encoder.layers, settings.encoder.width, settings.seed) = (1, 8, 4)
            settings.distillation = distillation
            var trainer = try IntentTrainer(
                settings, training: TinyDialogues.make(60), development: TinyDialogues.make(20, seed: 2),
                answers: distillation == nil
                    ? nil : TeacherAnswers(by: teacher.best, of: TinyDialogues.make(60)))
            while !trainer.isDone { try trainer.advance(for: .seconds(60)) { _ in } }
            #expect(trainer.report(data: "")["settings"]?["alpha"] == (distillation == nil ? .null : 0.1))
            return trainer.best
        }
        var distillation = Distillation()
        distillation.alpha = 0.1
        let inputs = IntentExamples(TinyDialogues.make(20, seed: 2), for: teacher.best).inputs
        func distance(_ model: IntentModel) -> Float {
            model.logits(of: inputs).divergence(from: teacher.best.logits(of: inputs), temperature: 2)
        }
        let (alone, led) = try (distance(student(nil)), distance(student(distillation)))
        #expect(led < alone, "\(led), alone \(alone)")
    }

    @Test("A teacher of other intents is refused")
    func otherTeacher() throws {
        var settings = TinyDialogues.settings()
        let teacher = try TinyDialogues.trainer().best
        settings.distillation = Distillation()
        let other = [LabelledDialogue(turns: [DialogueTurn(.user, "hm")], intents: ["else"])]
        #expect(throws: TrainingError.self) {
            try IntentTrainer(
                settings, training: TinyDialogues.make(20) + other + other, development: TinyDialogues.make(5),
                answers: TeacherAnswers(by: teacher, of: TinyDialogues.make(60)))
        }
        settings.distillation?.temperature = 0
        #expect(throws: TrainingError.self) { try TinyDialogues.trainer(settings) }
    }

    @Test("A task that is cancelled stops after its step, and can go on")
    func cancelled() async throws {
        var trainer = try TinyDialogues.trainer()
        let task = Task { [trainer] in
            var trainer = trainer
            withUnsafeCurrentTask { $0?.cancel() }
            #expect(throws: CancellationError.self) { try trainer.advance(for: .seconds(60)) { _ in } }
            return trainer
        }
        trainer = await task.value
        try trainer.advance(for: .seconds(60)) { _ in }
        #expect(trainer.history.epochs.count == 1)
    }
}
