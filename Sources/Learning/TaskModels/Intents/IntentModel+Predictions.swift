// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore

extension IntentModel {
    /// The probabilities of each input's classes, in the order of ``labels``.
    package func probabilities(of inputs: [IntentBatch.Input]) -> [[Float]] {
        if inputs.isEmpty { return [] }
        let (logits, count) = (self.logits(of: inputs).values, self.labels.count)
        return inputs.indices.map { row in
            Self.probabilities(
                ofLogits: logits[row * count..<(row + 1) * count], temperature: self.temperature(inputs[row].novelty)
            )
            .map { Float($0) }
        }
    }

    /// Probabilities of the logits of one input.
    package static func probabilities(ofLogits logits: some Sequence<Float>, temperature: Float) -> [Double] {
        softmax(logits.map { Double($0) / Double(temperature) })
    }

    /// All intents of the last of some turns with their probabilities, the likeliest first.
    ///
    /// - Parameter turns: At least one; the last is the utterance.
    package func intents(of turns: some BidirectionalCollection<DialogueTurn>) -> [(label: String, probability: Double)]
    {
        let probabilities = self.probabilities(of: [self.input(turns)])[0]
        return zip(self.labels, probabilities).map { ($0, Double($1)) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }
}
