// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
package import TaskModels

/// How a graph language model is trained.
package struct GraphTrainingSettings: Sendable, Equatable {
    /// The model's shape.
    package var model = GraphModelSettings()
    /// The most subwords.
    package var vocabularySize = 4000
    /// How often every graph is read at most, each time with another one of its texts.
    package var epochs = 10
    /// How many graphs a step reads.
    package var batch = 32
    /// The highest learning rate.
    package var rate: Float = 1e-3
    /// The share of steps in which the rate rises.
    package var warmUp: Float = 0.06
    /// How much of itself a weight loses in a step of rate 1.
    package var weightDecay: Float = 0.01
    /// The share of numbers that are dropped.
    package var dropout: Float = 0.1
    /// The longest gradient; a longer one is shortened.
    package var longestGradient: Float = 1
    /// How many epochs without a better one are waited for.
    package var patience = 3
    /// What everything random depends on.
    package var seed: UInt64 = 1

    /// The usual settings.
    package init() {}

    /// Checks that the numbers are in their ranges.
    ///
    /// - Throws: ``TrainingError`` or ``TaskModelError`` with code `.badSettings`.
    package func check() throws {
        try self.model.check()
        let ranges: [(Bool, String)] = [
            ((64...1 << 20).contains(self.vocabularySize), "64 to 1,048,576 subwords"),
            ((1...100_000).contains(self.epochs), "1 to 100,000 epochs"),
            ((1...65536).contains(self.batch), "1 to 65,536 graphs a step"),
            (self.rate > 0 && self.rate < 1, "a rate above 0 and below 1"),
            ((0..<1).contains(self.dropout), "a dropout from 0 to below 1"),
            ((1...1000).contains(self.patience), "a patience of 1 to 1,000 epochs"),
        ]
        for (isRight, range) in ranges where !isRight {
            throw TrainingError(.badSettings, "A training needs \(range).")
        }
    }

    /// The settings as reports and checkpoints have them.
    var json: JSONValue {
        func number(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? 0) }
        return .object([
            "channel": .string(self.model.channel.rawValue), "copies": .bool(self.model.copies),
            "layers": .integer(self.model.encoder.layers), "graph_layers": .integer(self.model.graphLayers),
            "decoder_layers": .integer(self.model.decoderLayers), "width": .integer(self.model.encoder.width),
            "heads": .integer(self.model.encoder.heads), "feed_forward": .integer(self.model.encoder.feedForward),
            "vocabulary_size": .integer(self.vocabularySize), "epochs": .integer(self.epochs),
            "batch": .integer(self.batch), "rate": number(self.rate), "warm_up": number(self.warmUp),
            "weight_decay": number(self.weightDecay), "dropout": number(self.dropout),
            "longest_gradient": number(self.longestGradient), "patience": .integer(self.patience),
            "seed": .integer(Int(truncatingIfNeeded: self.seed)),
        ])
    }
}
