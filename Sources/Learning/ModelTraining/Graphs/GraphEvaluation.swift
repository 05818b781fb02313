// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import Foundation
internal import LLMCore
package import TaskModels

/// How surprised a model is by texts.
package struct GraphEvaluation: EpochJudgement, Sendable {
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
    ///   - group: Processes that share the work; all have the same model and texts, and get the same answer.
    ///   - onProgress: Is told how many of how many texts this process has read.
    /// - Throws: ``TrainingError`` with code `.diverged` or `.lostGroup`; `CancellationError` when the task of any process is cancelled.
    package init(
        _ model: GraphLanguageModel, _ examples: GraphExamples, textsEach: Int? = nil,
        by group: any ProcessGroup = LoneProcess(), _ onProgress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) throws {
        let pairs = examples.pairs.filter { $0.text < textsEach ?? .max }
        let own = pairs[WorkParts.cut(repeatElement(1, count: pairs.count), into: group.size)[group.rank]]
        var (sum, isCancelled) = (0.0, false)
        for start in stride(from: own.startIndex, to: own.endIndex, by: Self.batch) {
            isCancelled = Task.isCancelled
            if isCancelled { break }
            let batch = examples.batch(own[start..<min(own.endIndex, start + Self.batch)])
            sum += Double(model.network.loss(batch)) * Double(batch.size.target)
            self.pieces += batch.size.target
            onProgress(min(own.count, start - own.startIndex + Self.batch), own.count)
        }
        // The processes' sums, in doubles, so that the mean does not depend on how many there are.
        let bits = try group.gathered(Int(bitPattern: UInt(truncatingIfNeeded: sum.bitPattern)))
        sum = bits.reduce(0) { $0 + Double(bitPattern: UInt64(bitPattern: Int64($1))) }
        self.pieces = try group.gathered(self.pieces).reduce(0, +)
        if try group.gathered(isCancelled ? 1 : 0).contains(1) { throw CancellationError() }
        guard sum.isFinite else { throw TrainingError(.diverged, "The model's answers are no numbers.") }
        self.loss = sum / Double(max(1, self.pieces))
    }

    /// How many pieces a model that knows nothing would have to choose from to be as surprised.
    package var perplexity: Double { exp(self.loss) }

    /// The geometric mean of the probabilities of the pieces, as a share that is right.
    package var accuracy: Double { exp(-self.loss) }
}
