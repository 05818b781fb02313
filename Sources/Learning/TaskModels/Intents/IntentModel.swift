// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import LLMCore

/// A trained intent model with everything that belongs to it.
package struct IntentModel: Sendable {
    /// The encoder's shape.
    package let settings: EncoderSettings
    /// How many turns before the utterance it reads.
    package let turns: Int
    /// The classes.
    package let labels: [String]
    /// The subwords that it reads.
    package let vocabulary: SubwordVocabulary
    /// How many buckets n-grams of the utterance have; 0 where the model reads none.
    package let ngrams: Int
    /// The weights.
    package var encoder: IntentEncoder
    /// What logits are divided by, so that probabilities are what they say.
    package var temperature = LogitTemperature()
    /// What it has read in training.
    package var known = KnownPairs()
    /// When an utterance is none of what the model knows.
    package var rejection = Rejection(label: nil)

    /// Makes a model that has learnt nothing.
    ///
    /// - Throws: ``TaskModelError`` with code `.badSettings`.
    package init(
        _ settings: EncoderSettings, turns: Int, labels: [String], vocabulary: SubwordVocabulary, ngrams: Int = 0,
        using generator: inout some RandomNumberGenerator
    ) throws {
        try settings.check()
        guard (0...64).contains(turns), labels.count > 1, Set(labels).count == labels.count else {
            throw TaskModelError(
                .badSettings, "An intent model reads 0 to 64 turns, and has at least two classes, none of them twice.")
        }
        guard (0...NGrams.mostBuckets).contains(ngrams) else {
            throw TaskModelError(.badSettings, "N-grams have 0 to \(NGrams.mostBuckets) buckets, not \(ngrams).")
        }
        (self.settings, self.turns, self.labels, self.vocabulary) = (settings, turns, labels, vocabulary)
        self.ngrams = ngrams
        self.encoder = IntentEncoder(
            settings, vocabulary: vocabulary.pieces.count, turns: turns, classes: labels.count, ngrams: ngrams,
            using: &generator)
    }

    /// Reads a dialogue.
    ///
    /// - Parameter turns: At least one; the last is the utterance.
    package func input(_ turns: some BidirectionalCollection<DialogueTurn>) -> IntentBatch.Input {
        IntentBatch.Input(turns, before: self.turns, self.vocabulary, ngrams: self.ngrams, known: self.known)
    }

    /// The logits of each input's classes, before they are divided by ``temperature``: inputs × classes.
    package func logits(of inputs: some Sequence<IntentBatch.Input>) -> Tensor {
        var batch = IntentBatch()
        for input in inputs { batch.append(input) }
        return self.encoder.logits(batch)
    }

    /// The least and the greatest number that comes into each layer of weighted sums when some inputs are read, by the layers' names.
    ///
    /// - Parameter inputs: At least one.
    package func inputRanges(of inputs: some Sequence<IntentBatch.Input>) -> [String: ClosedRange<Float>] {
        var model = self
        let ranges = model.encoder.observe()
        for input in inputs { _ = model.logits(of: [input]) }
        return ranges.compactMapValues(\.bounds)
    }

    /// The model with layers in 8 bits, which answers several times as fast, and cannot learn.
    package func quantized() -> Self {
        var model = self
        model.encoder.quantize()
        return model
    }
}
