// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore
package import TaskModels

/// What a model says of utterances whose intents are known.
package struct IntentEvaluation {
    /// The logits of each utterance's classes.
    package private(set) var logits: [[Float]] = []
    /// The classes that are right.
    package let classes: [Int]
    private let labels: [String]
    private let temperature: Float
    private let rejection: Rejection
    /// How many utterances are read together.
    private static let batch = 128

    /// Asks a model.
    ///
    /// - Parameter onProgress: Is told how many of how many utterances were read.
    /// - Throws: ``TrainingError`` with code `.diverged`; `CancellationError` when the task is cancelled.
    package init(
        _ model: IntentModel, _ examples: IntentExamples, _ onProgress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) throws {
        (self.classes, self.labels) = (examples.classes, model.labels)
        (self.temperature, self.rejection) = (model.temperature, model.rejection)
        for start in stride(from: 0, to: examples.inputs.count, by: Self.batch) {
            try Task.checkCancellation()
            let inputs = examples.inputs[start..<min(examples.inputs.count, start + Self.batch)]
            let values = model.logits(of: inputs).values
            guard values.allSatisfy(\.isFinite) else {
                throw TrainingError(.diverged, "The model's answers are no numbers.")
            }
            for row in inputs.indices.map({ $0 - start }) {
                self.logits.append(Array(values[row * self.labels.count..<(row + 1) * self.labels.count]))
            }
            onProgress(start + inputs.count, examples.inputs.count)
        }
    }

    /// The probabilities of each utterance's classes.
    package var probabilities: [[Double]] { self.probabilities(self.temperature) }

    /// How good it is.
    package var report: ClassificationReport {
        ClassificationReport(
            probabilities: self.probabilities, classes: self.classes, labels: self.labels)
    }

    /// How well it tells what it knows from everything else; nil where it does not know of anything else.
    package var rejectionReport: RejectionReport? {
        guard self.rejection.label != nil else { return nil }
        return RejectionReport(
            probabilities: self.probabilities, classes: self.classes, labels: self.labels,
            rejection: self.rejection)
    }

    /// What to reject, with probabilities of a temperature.
    ///
    /// - Parameter label: The intent that stands for everything else.
    package func calibratedRejection(_ label: String?, temperature: Float) -> Rejection {
        RejectionReport.fit(
            label, probabilities: self.probabilities(temperature), classes: self.classes, labels: self.labels)
    }

    private func probabilities(_ temperature: Float) -> [[Double]] {
        self.logits.map { IntentModel.probabilities(ofLogits: $0, temperature: temperature) }
    }

    /// The mean negative logarithm of the probability of what is right, in nats.
    package var loss: Double { TemperatureScaling.loss(self.logits, self.classes, self.temperature) }

    /// The temperature with which the loss is least.
    package func calibratedTemperature() -> Float { TemperatureScaling.fit(self.logits, self.classes) }
}
