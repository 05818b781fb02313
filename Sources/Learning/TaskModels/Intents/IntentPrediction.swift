// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore

/// What an intent model says of an utterance.
package struct IntentPrediction: Sendable {
    /// All intents with their probabilities, the likeliest first.
    package let intents: [(label: String, probability: Double)]
}

extension IntentModel {
    /// Tells the intent of the last of some turns.
    ///
    /// - Parameter turns: At least one; the last is the utterance.
    package func prediction(of turns: some BidirectionalCollection<DialogueTurn>) -> IntentPrediction {
        let logits = self.logits(of: CollectionOfOne(self.input(turns))).values
        let intents = zip(self.labels, softmax(logits.map { Double($0 / self.temperature) }))
        return IntentPrediction(intents: intents.map { ($0, $1) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) })
    }
}
