// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import Foundation

/// How a text is chosen among those that a model may write.
package struct GraphWriting: Sendable {
    /// How many texts are followed side by side (beam search); 1 follows the likeliest piece alone.
    package var beams = 4
    /// The most pieces.
    package var maxPieces = GraphBatch.targetPieces - 1
    /// Whether every name in the text must be in the input.
    package var isConstrained = false
    /// Above 0, pieces are drawn by their probabilities, flatter the higher it is.
    package var temperature: Float = 0
    /// What is drawn depends on it.
    package var seed: UInt64 = 1

    /// The usual way.
    package init() {}

    /// Writes a text.
    ///
    /// - Returns: The text with what is known of it; with ``isConstrained``, it names nothing that the input does not name.
    /// - Throws: `CancellationError` when the task is cancelled.
    package func write(_ input: GraphPieces, by model: GraphLanguageModel) throws -> WrittenText {
        var generator = SeededNumbers(seed: self.seed)
        let choices = ChoiceRules(model, input, isConstrained: self.isConstrained)
        let beams = self.temperature > 0 ? 1 : max(1, self.beams)
        var (open, done) = ([Draft(writer: GraphWriter(model, input))], [Draft]())
        while !open.isEmpty {
            try Task.checkCancellation()
            var next: [Draft] = []
            for draft in open { next += self.continuations(of: draft, beams, choices, using: &generator) }
            next.sort { $1.score < $0.score }
            open = []
            for var draft in next.prefix(beams) {
                draft.read()
                if draft.hasEnded || draft.writer.pieces.count >= self.maxPieces || draft.writer.room <= 0 {
                    done.append(draft)
                } else {
                    open.append(draft)
                }
            }
            if done.count >= beams { break }
            // What is open cannot become better than what is done.
            if let best = done.map(\.score).max(), open.allSatisfy({ $0.score < best }) { break }
        }
        guard let best = (done.isEmpty ? open : done).max(by: { $0.score < $1.score }) else { return WrittenText() }
        return WrittenText(
            text: model.vocabulary.text(of: best.writer.pieces), pieces: best.writer.pieces,
            logProbability: best.logProbability, hasEnded: best.hasEnded, grown: best.writer.grown)
    }

    /// A text that is being written.
    private struct Draft {
        var writer: GraphWriter
        var logProbability = 0.0
        var hasEnded = false
        /// The last piece while the model has not read it: of most drafts it never does.
        private var unread: Int?

        init(writer: GraphWriter) { self.writer = writer }

        /// The mean logarithm of the probability, so that long texts are not worse for being long.
        var score: Double {
            let count = self.writer.pieces.count + (self.unread == nil ? 0 : 1) + (self.hasEnded ? 1 : 0)
            return self.logProbability / Double(max(1, count))
        }

        /// Lets the model read the last piece.
        mutating func read() {
            if let piece = self.unread.take() { self.writer.write(piece) }
        }

        /// The draft with more pieces; what is surprising in them counts.
        func writing(_ pieces: [Int]) -> Self {
            var draft = self
            for piece in pieces {
                draft.read()
                draft.logProbability += log(Double(max(draft.writer.probabilities[piece], 1e-20)))
                if piece == SubwordVocabulary.end { draft.hasEnded = true } else { draft.unread = piece }
            }
            return draft
        }
    }

    private func continuations(
        of draft: Draft, _ count: Int, _ choices: ChoiceRules, using generator: inout some RandomNumberGenerator
    ) -> [Draft] {
        let candidates = choices.candidates(draft.writer, atMost: self.temperature > 0 ? 40 : count)
        guard self.temperature > 0 else { return candidates.map { draft.writing($0.pieces) } }
        let weights = candidates.map { pow(Double($0.probability), 1 / Double(self.temperature)) }
        var point = Double.random(in: 0..<1, using: &generator) * weights.reduce(0, +)
        for (candidate, weight) in zip(candidates, weights) {
            point -= weight
            if point <= 0 { return [draft.writing(candidate.pieces)] }
        }
        return candidates.first.map { [draft.writing($0.pieces)] } ?? []
    }
}
