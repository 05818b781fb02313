// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import Foundation
internal import LLMCore
package import TaskModels

/// How surprised a model is by texts.
package struct GraphEvaluation: Sendable {
    /// The mean negative logarithm of the probability of a piece, in nats; the end of a text counts as one.
    package private(set) var loss = 0.0
    /// How many pieces there are, ends of texts included.
    package private(set) var pieces = 0
    /// How many graphs are read together.
    private static let batch = 64

    /// Asks a model.
    ///
    /// - Parameters:
    ///   - textsEach: How many texts of each graph are read; nil for all.
    ///   - onProgress: Is told how many of how many texts were read.
    /// - Throws: ``TrainingError`` with code `.diverged`; `CancellationError` when the task is cancelled.
    package init(
        _ model: GraphLanguageModel, _ examples: GraphExamples, textsEach: Int? = nil,
        _ onProgress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) throws {
        let pairs = examples.pairs.filter { $0.text < textsEach ?? .max }
        var sum = 0.0
        for start in stride(from: 0, to: pairs.count, by: Self.batch) {
            try Task.checkCancellation()
            let batch = examples.batch(pairs[start..<min(pairs.count, start + Self.batch)])
            let loss = model.network.loss(batch)
            guard loss.isFinite else { throw TrainingError(.diverged, "The model's answers are no numbers.") }
            sum += Double(loss) * Double(batch.targetCount)
            self.pieces += batch.targetCount
            onProgress(min(pairs.count, start + Self.batch), pairs.count)
        }
        self.loss = sum / Double(max(1, self.pieces))
    }

    /// How many pieces a model that knows nothing would have to choose from to be as surprised.
    package var perplexity: Double { exp(self.loss) }

    /// The geometric mean of the probabilities of the pieces.
    package var meanProbability: Double { exp(-self.loss) }
}
