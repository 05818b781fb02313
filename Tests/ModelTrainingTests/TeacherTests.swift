// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Foundation
import LLMCore
import ModelTraining
import OrderedCollections
import TaskModels
import Testing

@Suite("Teachers")
struct TeacherTests {
    @Test("What a file says is followed as what a model says")
    func files() throws {
        let dialogues = TinyDialogues.make(20)
        let intents = dialogues.flatMap { $0.intents.compactMap(\.self) }
        let labels = Set(intents).sorted()
        let lines = intents.map { intent in
            let probabilities = OrderedDictionary(
                uniqueKeysWithValues: labels.reversed().map { ($0, JSONValue.number($0 == intent ? 0.9 : 0.02)) })
            return JSONValue.object(["probabilities": .object(probabilities)]).serialized()
        }
        let answers = try TinyDialogues.withFolder { folder in
            try lines.joined(separator: "\n").write(toFile: "\(folder)/a", atomically: true, encoding: .utf8)
            return try TeacherAnswers(path: "\(folder)/a")
        }
        #expect(answers.labels == labels && answers.logits.count == intents.count)
        for (row, intent) in zip(answers.logits, intents) {
            #expect(
                row.max() == Float(log(0.9)) && row.firstIndex(of: Float(log(0.9))) == labels.firstIndex(of: intent))
        }
        var settings = TinyDialogues.settings()
        (settings.distillation, settings.minimumExamples) = (Distillation(), 1)
        var trainer = try IntentTrainer(
            settings, training: dialogues, development: TinyDialogues.make(5, seed: 2), answers: answers)
        try trainer.advance(for: .seconds(60)) { _ in }
        #expect(throws: TrainingError.self) {
            try IntentTrainer(
                settings, training: dialogues + TinyDialogues.make(1), development: TinyDialogues.make(5, seed: 2),
                answers: answers)
        }
    }

    @Test(
        "A file that is none is refused",
        arguments: [
            "nothing", "{}", #"{"probabilities":{"a":1}}"#, #"{"probabilities":{"a":0.5,"b":"x"}}"#,
            #"{"probabilities":{"a":0.5,"b":-1}}"#, #"{"probabilities":{"a":0.5,"b":0.5,"c":0}}"#,
        ])
    func refused(line: String) throws {
        try TinyDialogues.withFolder { folder in
            let good =
                line.hasPrefix("{\"probabilities\":{\"a\":0.5,\"b\":0.5,")
                ? #"{"probabilities":{"a":0.5,"b":0.5}}"# + "\n" : ""
            try (good + line).write(toFile: "\(folder)/a", atomically: true, encoding: .utf8)
            #expect(throws: TrainingError.self) { try TeacherAnswers(path: "\(folder)/a") }
        }
    }

    @Test("The smallest shape that keeps to the limits is taken; where none does, the most accurate")
    func search() throws {
        let (training, development) = (TinyDialogues.make(60), TinyDialogues.make(20, seed: 2))
        var settings = TinyDialogues.settings()
        (settings.encoder.width, settings.encoder.feedForward) = (64, 256)
        var trainer = try IntentTrainer(settings, training: training, development: development)
        while !trainer.isDone { try trainer.advance(for: .seconds(60)) { _ in } }
        let answers = try TeacherAnswers(by: trainer.best, of: training)
        (settings.distillation, settings.epochs) = (Distillation(), 2)
        var limits = StudentSearch.Limits()
        (limits.size, limits.latency) = (1, 100)
        func search() throws -> StudentSearch {
            try StudentSearch(
                for: trainer.best, answers, settings, limits: limits, training: training, development: development
            ) { _, _ in }
        }
        let one = try search()
        #expect(one.candidates.count == 1 && one.best?.shape.width == 32 && one.best.map(one.keeps) == true)
        #expect(one.json["candidates"]?.arrayValue?.count == 1 && one.json["teacher"]?["width"] == 64)
        limits.size = 1e-9
        let all = try search()
        #expect(all.candidates.count == 7 && all.best?.accuracy == all.candidates.map(\.accuracy).max())
    }

    @Test("A language model's liking of certain names is taken off, and the examples are those of the data")
    func adapter() async throws {
        let dialogues = TinyDialogues.make(30)
        let teacher = try await AdapterTeacher(WordModel(), dialogues, minimumExamples: 1)
        #expect(
            teacher.labels == [
                "ask.song", "ask.table", "ask.ticket", "confirm.song", "confirm.table", "confirm.ticket",
            ])
        let turns = [DialogueTurn(.user, "I need a ticket to the opera")]
        let probabilities = try await teacher.probabilities(of: turns[...])
        #expect(abs(probabilities.reduce(0, +) - 1) < 1e-9)
        let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] }
        // By itself it would always say the first.
        #expect(best == 2, "\(probabilities)")
        await #expect(throws: LLMError.self) {
            try await AdapterTeacher(WordModel(capabilities: [.chat]), dialogues, minimumExamples: 1)
        }
    }
}

/// A model that finds choices likelier whose last word is in the last line but one, and the first one likeliest of all.
private struct WordModel: ModelAdapter {
    let name = "words"
    var capabilities: ModelCapabilities = [.rawPrompts, .scoring]

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        throw LLMError(.unsupported, "It only scores.")
    }

    func score(_ request: ScoringRequest) async throws -> [ChoiceScore] {
        guard case .raw(let text) = request.prompt, text.contains("Intent: confirm.table\n") else {
            throw LLMError(.backendFailed, "There are no examples in the prompt.")
        }
        let line = text.split(separator: "\n").dropLast().last ?? ""
        return request.choices.enumerated().map { index, choice in
            let parts = choice.split(separator: ".")
            let isThere = line.contains(parts.last ?? "?") && parts.first == " ask"
            return ChoiceScore(choice: choice, logProbability: (isThere ? 0 : -3) - Double(index) * 2, tokenCount: 1)
        }
    }
}
