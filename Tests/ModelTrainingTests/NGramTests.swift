// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Foundation
import LLMCore
import ModelTraining
import TaskModels
import Testing

@Suite("N-grams of intent models")
struct NGramTests {
    /// Utterances of words that are made up: an intent is the stem that one of them has.
    private static func dialogues(_ count: Int, seed: UInt64) -> [LabelledDialogue] {
        let stems = ["brum", "ciso", "dalt", "fenk", "gorv", "hepl"]
        var generator = SeededNumbers(seed: seed)
        func syllable() -> String {
            String((0..<2).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement(using: &generator) ?? "a" })
        }
        return (0..<count).map { index in
            let stem = stems[index % stems.count]
            var words = ["\(stem)\(syllable())", syllable() + syllable(), syllable() + syllable()]
            words.shuffle(using: &generator)
            return LabelledDialogue(turns: [DialogueTurn(.user, words.joined(separator: " "))], intents: [stem])
        }
    }

    @Test("A model that reads n-grams learns in a few steps what one without cannot", arguments: [0, 1024])
    func learning(ngrams: Int) throws {
        var settings = TinyDialogues.settings(turns: 0, ngrams: ngrams)
        (settings.vocabularySize, settings.epochs) = (60, 1)
        var trainer = try IntentTrainer(
            settings, training: Self.dialogues(240, seed: 1), development: Self.dialogues(120, seed: 2))
        while !trainer.isDone { try trainer.advance(for: .seconds(60)) { _ in } }
        let accuracy = try #require(trainer.history.best.map { trainer.history.epochs[$0].accuracy })
        #expect(ngrams == 0 ? accuracy < 0.5 : accuracy > 0.9, "\(accuracy)")
    }

    /// Expected by `ngrams` of bench/training/intents.py.
    @Test(
        "Buckets are those that other programs find",
        arguments: [
            ("On", [27, 593, 768, 983]),
            (
                "Turn it on",
                [27, 49, 58, 77, 395, 419, 421, 457, 593, 623, 685, 701, 743, 768, 793, 901, 942, 981, 983]
            ),
            (
                "打开 7:30",
                [
                    18, 88, 143, 167, 170, 207, 276, 311, 477, 532, 642, 683, 694, 731, 771, 887, 891, 902, 991, 993,
                ]
            ),
            ("  ?!", [308, 515, 750, 754, 974]),
            (
                "caf\u{E9} cafe\u{301}",
                [
                    111, 156, 189, 315, 409, 421, 452, 526, 610, 657, 997,
                ]
            ), ("", []),
        ])
    func buckets(text: String, expected: [Int32]) throws {
        var generator = SeededNumbers(seed: 1)
        let model = try IntentModel(
            TinyDialogues.settings().encoder, turns: 0, labels: ["a", "b"],
            vocabulary: SubwordVocabulary(pieces: SubwordVocabulary.special), ngrams: 1000, using: &generator)
        #expect(model.input([DialogueTurn(.system, "else"), DialogueTurn(.user, text)]).ngrams == expected)
        #expect(model.logits(of: [model.input([DialogueTurn(.user, text)])]).shape == [1, 2])
    }

    @Test("No utterance is too long", arguments: ["on ", "x", "\u{1F4A5}", "最", "a\u{301}"])
    func limits(part: String) throws {
        var generator = SeededNumbers(seed: 1)
        let model = try IntentModel(
            TinyDialogues.settings().encoder, turns: 0, labels: ["a", "b"],
            vocabulary: SubwordVocabulary(pieces: SubwordVocabulary.special), ngrams: 1 << 20, using: &generator)
        let input = model.input([DialogueTurn(.user, String(repeating: part, count: 100_000))])
        #expect((1...512).contains(input.ngrams.count))
    }

    @Test(
        "A file that says another number of buckets than it has, or none that can be, is refused",
        arguments: [
            "-1", "0", "63", "65", "4194305", "1e30", "\"64\"", "null",
        ])
    func refused(ngrams: String) throws {
        try TinyDialogues.withFolder { folder in
            try TinyDialogues.trainer(TinyDialogues.settings(ngrams: 64)).best.write(to: folder)
            let path = URL(fileURLWithPath: "\(folder)/config.json")
            let text = try String(contentsOf: path, encoding: .utf8)
            #expect(text.contains(#""ngrams":64"#))
            try Data(text.replacing(#""ngrams":64"#, with: #""ngrams":\#(ngrams)"#).utf8).write(to: path)
            #expect(throws: (any Error).self) { try IntentModel(folder: folder) }
        }
    }

    @Test("A model that was written before there were n-grams is read")
    func old() throws {
        try TinyDialogues.withFolder { folder in
            let written = try TinyDialogues.trainer().best
            try written.write(to: folder)
            let path = URL(fileURLWithPath: "\(folder)/config.json")
            let text = try String(contentsOf: path, encoding: .utf8)
            try Data(text.replacing(#""ngrams":0,"#, with: "").utf8).write(to: path)
            let model = try IntentModel(folder: folder)
            let input = model.input([DialogueTurn(.user, "a table")])
            #expect(model.ngrams == 0 && model.logits(of: [input]) == written.logits(of: [input]))
        }
    }

    @Test("A student reads n-grams whatever its teacher reads", arguments: [(0, 64), (64, 0), (64, 16)])
    func student(teacher: Int, student: Int) throws {
        let answers = try TeacherAnswers(
            by: TinyDialogues.trainer(TinyDialogues.settings(ngrams: teacher)).best, of: TinyDialogues.make(60))
        var settings = TinyDialogues.settings(ngrams: student)
        settings.distillation = Distillation()
        var trainer = try IntentTrainer(
            settings, training: TinyDialogues.make(60), development: TinyDialogues.make(20, seed: 2), answers: answers)
        try trainer.advance(for: .seconds(60)) { _ in }
        #expect(trainer.best.ngrams == student && trainer.history.epochs.count == 1)
    }
}
