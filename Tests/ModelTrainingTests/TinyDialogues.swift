// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Foundation
import ModelTraining
import TaskModels

/// Dialogues of a tiny world, in which an agreement can only be understood by what was asked before.
enum TinyDialogues {
    private static let requests = [
        ("table", "I want a table for tonight", "Shall I book the table?"),
        ("ticket", "I need a ticket to the opera", "Shall I buy the ticket?"),
        ("song", "play something for me", "Shall I play the song?"),
    ]

    /// So many dialogues of two utterances.
    static func make(_ count: Int, seed: UInt64 = 1) -> [LabelledDialogue] {
        var generator = SeededNumbers(seed: seed)
        return (0..<count).map { _ in
            let (intent, text, question) = Self.requests.randomElement(using: &generator) ?? Self.requests[0]
            let agreement = ["yes", "yes please", "sure", "ok"].randomElement(using: &generator) ?? "yes"
            return LabelledDialogue(
                turns: [DialogueTurn(.user, text), DialogueTurn(.system, question), DialogueTurn(.user, agreement)],
                intents: ["ask.\(intent)", nil, "confirm.\(intent)"])
        }
    }

    /// Settings of a model that learns them in a second.
    static func settings(turns: Int = 2, ngrams: Int = 0) -> IntentTrainingSettings {
        var settings = IntentTrainingSettings()
        (settings.encoder.width, settings.encoder.heads, settings.encoder.feedForward) = (16, 2, 32)
        (settings.turns, settings.vocabularySize, settings.minimumExamples) = (turns, 80, 2)
        settings.ngrams = ngrams
        (settings.batch, settings.epochs, settings.patience, settings.rate) = (8, 4, 4, 1e-2)
        return settings
    }

    /// A trainer that has read its data.
    static func trainer(
        _ settings: IntentTrainingSettings = settings(), _ parallel: DataParallel = DataParallel()
    ) throws -> IntentTrainer {
        try IntentTrainer(
            settings, training: self.make(60), development: self.make(20, seed: 2), parallel: parallel)
    }

    /// Lends a folder that is gone afterwards.
    static func withFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("training-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }
}
