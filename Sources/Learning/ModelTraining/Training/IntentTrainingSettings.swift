// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
package import TaskModels

/// How an intent model is trained.
package struct IntentTrainingSettings: Sendable, Equatable {
    /// The encoder's shape.
    package var encoder = EncoderSettings()
    /// How many turns before the utterance the model reads.
    package var turns = 4
    /// The most subwords.
    package var vocabularySize = 8000
    /// How many buckets the utterance's n-grams have; 0 for none.
    package var ngrams = 0
    /// How often at least an intent must be there to be a class.
    package var minimumExamples = 25
    /// How often everything is read at most.
    package var epochs = 4
    /// How many utterances a step reads.
    package var batch = 64
    /// The highest learning rate.
    package var rate: Float = 1e-3
    /// The share of steps in which the rate rises.
    package var warmUp: Float = 0.06
    /// How much of itself a weight loses in a step of rate 1.
    package var weightDecay: Float = 0.01
    /// The share of numbers that are dropped.
    package var dropout: Float = 0.1
    /// The share of subwords that are hidden.
    package var hiddenPieces: Float = 0.05
    /// The longest gradient; a longer one is shortened.
    package var longestGradient: Float = 1
    /// How many epochs without a better one are waited for.
    package var patience = 2
    /// The intent that stands for everything else, where there is one.
    package var outOfScope: String? = "oos"
    /// How a teacher is followed, where there is one.
    package var distillation: Distillation?
    /// What everything random depends on.
    package var seed: UInt64 = 1

    /// How many buckets n-grams have where utterances stand for themselves.
    package static let usualNGrams = 1 << 15

    /// The usual settings.
    package init() {}

    /// Checks that the numbers are in their ranges.
    ///
    /// - Throws: ``TrainingError`` or ``TaskModelError`` with code `.badSettings`.
    package func check() throws {
        try self.encoder.check()
        let ranges: [(Bool, String)] = [
            ((0...64).contains(self.turns), "0 to 64 turns"),
            ((16...1 << 20).contains(self.vocabularySize), "16 to 1,048,576 subwords"),
            ((0...NGrams.mostBuckets).contains(self.ngrams), "0 to \(NGrams.mostBuckets) buckets of n-grams"),
            ((1...100_000).contains(self.epochs), "1 to 100,000 epochs"),
            ((1...65536).contains(self.batch), "1 to 65,536 utterances a step"),
            (self.rate > 0 && self.rate < 1, "a rate above 0 and below 1"),
            ((0..<1).contains(self.dropout), "a dropout from 0 to below 1"),
            ((0..<1).contains(self.hiddenPieces), "a share of hidden subwords from 0 to below 1"),
            ((1...1000).contains(self.patience), "a patience of 1 to 1,000 epochs"),
            (self.minimumExamples > 0, "at least 1 example of an intent"),
        ]
        if let distillation {
            guard (0...1).contains(distillation.alpha), distillation.temperature > 0, distillation.temperature <= 100
            else {
                throw TrainingError(
                    .badSettings, "A teacher is followed with an alpha from 0 to 1 and a temperature above 0.")
            }
        }
        for (isRight, range) in ranges where !isRight {
            throw TrainingError(.badSettings, "A training needs \(range).")
        }
    }

    /// The settings as reports and checkpoints have them.
    var json: JSONValue {
        .object([
            "layers": .integer(self.encoder.layers), "width": .integer(self.encoder.width),
            "heads": .integer(self.encoder.heads), "feed_forward": .integer(self.encoder.feedForward),
            "turns": .integer(self.turns), "vocabulary_size": .integer(self.vocabularySize),
            "ngrams": .integer(self.ngrams),
            "minimum_examples": .integer(self.minimumExamples), "epochs": .integer(self.epochs),
            "batch": .integer(self.batch), "rate": .number(Double("\(self.rate)") ?? 0),
            "warm_up": .number(Double("\(self.warmUp)") ?? 0),
            "weight_decay": .number(Double("\(self.weightDecay)") ?? 0),
            "dropout": .number(Double("\(self.dropout)") ?? 0),
            "hidden_pieces": .number(Double("\(self.hiddenPieces)") ?? 0),
            "longest_gradient": .number(Double("\(self.longestGradient)") ?? 0),
            "patience": .integer(self.patience), "out_of_scope": self.outOfScope.map { .string($0) } ?? .null,
            "alpha": self.distillation.map { .number(Double("\($0.alpha)") ?? 0) } ?? .null,
            "distillation_temperature": self.distillation.map { .number(Double("\($0.temperature)") ?? 0) } ?? .null,
            "seed": .integer(Int(truncatingIfNeeded: self.seed)),
        ])
    }
}
