// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// What a training has come to, epoch by epoch.
package struct TrainingHistory: Sendable, Equatable {
    /// An epoch.
    package struct Epoch: Sendable, Equatable {
        /// The mean loss of its steps, in nats.
        package var loss: Double
        /// The share of the development part that was right after it.
        package var accuracy: Double
        /// The mean loss on the development part, in nats.
        package var developmentLoss: Double
        /// How long its steps took.
        package var seconds: Double
        /// How many pieces were read a second.
        package var tokensPerSecond: Double
    }

    /// The epochs so far.
    package var epochs: [Epoch] = []
    /// Whether the least loss on the development part is best; else the highest accuracy.
    private var isBestByLoss = false

    /// The number of the best epoch; nil before there is one.
    package var best: Int? {
        self.epochs.indices.max { (self.goodness($0), -$0) < (self.goodness($1), -$1) }
    }

    private func goodness(_ epoch: Int) -> Double {
        self.isBestByLoss ? -self.epochs[epoch].developmentLoss : self.epochs[epoch].accuracy
    }

    /// Begins with nothing.
    ///
    /// - Parameter isBestByLoss: Whether the least loss on the development part is best; else the highest accuracy.
    package init(isBestByLoss: Bool = false) { self.isBestByLoss = isBestByLoss }

    /// The epochs as reports and checkpoints have them.
    var json: JSONValue {
        .array(
            self.epochs.map { epoch in
                .object([
                    "loss": .number(epoch.loss), "dev_accuracy": .number(epoch.accuracy),
                    "dev_loss": .number(epoch.developmentLoss), "seconds": .number(epoch.seconds),
                    "tokens_per_second": .number(epoch.tokensPerSecond),
                ])
            })
    }

    /// Reads epochs.
    ///
    /// - Throws: ``TrainingError`` with code `.badData`.
    init(_ json: JSONValue) throws {
        for epoch in json.arrayValue ?? [] {
            let numbers = ["loss", "dev_accuracy", "dev_loss", "seconds", "tokens_per_second"]
                .compactMap { epoch[$0]?.numberValue }
            guard numbers.count == 5 else { throw TrainingError(.badData, "An epoch of the checkpoint is damaged.") }
            self.epochs.append(
                Epoch(
                    loss: numbers[0], accuracy: numbers[1], developmentLoss: numbers[2], seconds: numbers[3],
                    tokensPerSecond: numbers[4]))
        }
    }
}
