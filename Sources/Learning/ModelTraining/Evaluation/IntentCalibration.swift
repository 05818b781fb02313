// SPDX-License-Identifier: Apache-2.0

package import TaskModels

extension IntentModel {
    /// The model with probabilities that say how often it is right, and with the rejection that goes with them.
    ///
    /// A temperature is fitted (Guo et al., 2017) with which the mean of the parts' losses is least. Each part counts as much, however
    /// large: one may be of what the model knows well, another of what is new to it.
    ///
    /// - Parameter parts: Utterances that the model has not learnt from; at least one part.
    /// - Throws: ``TrainingError``; `CancellationError` when the task is cancelled.
    package func calibrated(by parts: [IntentExamples]) throws -> Self {
        var model = self
        model.temperature = 1
        let answers = try parts.map { try IntentEvaluation(model, $0) }
        model.temperature = TemperatureScaling.fit(answers.map { ($0.logits, $0.classes) })
        let temperature = model.temperature
        model.rejection = RejectionReport.fit(
            self.rejection.label,
            probabilities: answers.flatMap { part in
                part.logits.map { Self.probabilities(ofLogits: $0, temperature: temperature) }
            }, classes: answers.flatMap(\.classes), labels: self.labels)
        return model
    }
}
