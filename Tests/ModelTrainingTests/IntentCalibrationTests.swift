// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Foundation
import LLMCore
import ModelTraining
import TaskModels
import Testing

@Suite("Calibration of intent models")
struct IntentCalibrationTests {
    /// A model that always says "a", with about the same logits, and has read `texts`.
    private static func model(_ texts: [String]) throws -> IntentModel {
        var generator = SeededNumbers(seed: 1)
        var model = try IntentModel(
            TinyDialogues.settings().encoder, turns: 1, labels: ["a", "b"],
            vocabulary: SubwordVocabulary(pieces: SubwordVocabulary.special), ngrams: 64, using: &generator)
        model.encoder.visit(.zero, "") { name, weight, _ in
            let isTable = name == NGramTable.name
            weight = Tensor(
                weight.shape,
                (0..<weight.count).map { isTable && $0 % 2 == 0 ? 0.03 : name == NGramTable.rarityName ? 1 : 0 })
        }
        model.known = KnownPairs(of: texts)
        return model
    }

    private static func part(_ text: String, right: Int, of count: Int, for model: IntentModel) -> IntentExamples {
        IntentExamples(
            (0..<count).map {
                LabelledDialogue(turns: [DialogueTurn(.user, text)], intents: [$0 < right ? "a" : "b"])
            }, for: model)
    }

    @Test("What is new is believed less than what is known, where the model has heard which is which")
    func novelty() throws {
        let (known, new) = ("turn the light on", "fetch some water now")
        func probabilities(_ texts: [String]) throws -> [Float] {
            let model = try Self.model(texts)
            let parts = [
                Self.part(known, right: 99, of: 100, for: model), Self.part(new, right: 60, of: 100, for: model),
            ]
            let calibrated = try model.calibrated(by: parts)
            #expect((calibrated.temperature.slope > 0) == !texts.isEmpty)
            for part in parts where !texts.isEmpty {
                #expect(try IntentEvaluation(calibrated, part).report.calibrationError < 0.03)
            }
            return calibrated.probabilities(of: parts.map { $0.inputs[0] }).map { $0[0] }
        }
        let (blind, told) = try (probabilities([]), probabilities([known]))
        #expect(abs(blind[0] - blind[1]) < 0.1 && told[0] > 0.95 && told[1] < 0.65, "\(blind) \(told)")
    }

    @Test(
        "Pairs of words are new where they were not read, in the utterance and the turns before",
        arguments: [
            (["turn the light on"], 0), (["Turn  the LIGHT on"], 0), (["light the turn on"], 0.8), ([""], 1),
            (["turn the light off"], 0.4), (["turn the light on", "turn the light off"], 0.2),
            (["old", "turn the light on", "turn the light on"], 0),
        ] as [([String], Float)])
    func shares(turns: [String], expected: Float) throws {
        let model = try Self.model(["turn the light on"])
        #expect(model.input(turns.map { DialogueTurn(.user, $0) }).novelty == expected)
        #expect(try Self.model([]).input(turns.map { DialogueTurn(.user, $0) }).novelty == 0)
    }

    @Test("What was read stands in the model's folder; damaged, it is refused", arguments: ["", "longer", "missing"])
    func files(damage: String) throws {
        try TinyDialogues.withFolder { folder in
            var model = try Self.model(["turn the light on", "more"])
            model.temperature = LogitTemperature(known: 1.5, slope: 2)
            try model.write(to: folder)
            let path = URL(fileURLWithPath: "\(folder)/known-pairs.bin")
            switch damage {
            case "longer": try (Data(contentsOf: path) + [0]).write(to: path)
            case "missing": try FileManager.default.removeItem(at: path)
            default:
                let read = try IntentModel(folder: folder)
                #expect(read.known == model.known && read.temperature == model.temperature)
                return
            }
            #expect(throws: (any Error).self) { try IntentModel(folder: folder) }
        }
    }

    @Test(
        "A configuration that says what cannot be is refused",
        arguments: [
            (#""known_pairs":1"#, #""known_pairs":3"#), (#""known_pairs":1"#, #""known_pairs":-1"#),
            (#""novelty_slope":2"#, #""novelty_slope":-1"#), (#""novelty_slope":2"#, #""novelty_slope":1e9"#),
        ])
    func refused(before: String, after: String) throws {
        try TinyDialogues.withFolder { folder in
            var model = try Self.model(["turn the light on"])
            model.temperature = LogitTemperature(known: 1.5, slope: 2)
            try model.write(to: folder)
            let path = URL(fileURLWithPath: "\(folder)/config.json")
            let text = try String(contentsOf: path, encoding: .utf8)
            #expect(text.contains(before))
            try Data(text.replacing(before, with: after).utf8).write(to: path)
            #expect(throws: (any Error).self) { try IntentModel(folder: folder) }
        }
    }
}
