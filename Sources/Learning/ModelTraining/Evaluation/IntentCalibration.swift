// SPDX-License-Identifier: Apache-2.0

package import TaskModels

extension IntentModel {
    /// The model with probabilities that say how often it is right, and with the rejection that goes with them.
    ///
    /// A temperature, which may rise with how much of an input is new, is fitted with which the mean of the parts' losses is least. Each
    /// part counts as much, however large: one may be of what the model knows well, another of what is new to it.
    ///
    /// - Parameter parts: Utterances that the model has not learnt from; at least one part.
    /// - Throws: ``TrainingError``; `CancellationError` when the task is cancelled.
    package func calibrated(by parts: [IntentExamples]) throws -> Self {
        var model = self
        model.temperature = LogitTemperature()
        let answers = try parts.map { try IntentEvaluation(model, $0) }
        model.temperature = TemperatureScaling.fit(answers.map(\.part))
        // What costs none of the parts too much.
        let rejections = answers.map { $0.calibratedRejection(self.rejection.label, temperature: model.temperature) }
        if let rejection = rejections.min(by: { $0.threshold < $1.threshold }) { model.rejection = rejection }
        return model
    }
}
