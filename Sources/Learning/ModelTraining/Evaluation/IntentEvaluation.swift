// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore
package import TaskModels

/// What a model says of utterances whose intents are known.
package struct IntentEvaluation: EpochJudgement {
    /// The logits of each utterance's classes.
    package let logits: [[Float]]
    /// The classes that are right.
    package let classes: [Int]
    private let labels: [String]
    private let novelties: [Float]
    private let temperature: LogitTemperature
    private let rejection: Rejection
    /// How many utterances are read together.
    private static let batch = 128

    /// Asks a model.
    ///
    /// - Parameters:
    ///   - group: Processes that share the work; all have the same model and utterances, and get all answers.
    ///   - onProgress: Is told how many of how many utterances this process has read.
    /// - Throws: ``TrainingError`` with code `.diverged` or `.lostGroup`; `CancellationError` when the task of any process is cancelled.
    package init(
        _ model: IntentModel, _ examples: IntentExamples, by group: any ProcessGroup = LoneProcess(),
        _ onProgress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) throws {
        (self.classes, self.labels) = (examples.classes, model.labels)
        self.novelties = examples.inputs.map(\.novelty)
        (self.temperature, self.rejection) = (model.temperature, model.rejection)
        let (count, all) = (self.labels.count, examples.inputs.count)
        let own = WorkParts.cut(examples.inputs.map(\.pieceCount), into: group.size)[group.rank]
        // Zeros where others answer, so that the sum has all answers; the last number counts who was cancelled.
        var answers = [Float](repeating: 0, count: all * count + 1)
        for start in stride(from: own.lowerBound, to: own.upperBound, by: Self.batch) {
            guard !Task.isCancelled else {
                answers[all * count] = 1
                break
            }
            let inputs = start..<min(own.upperBound, start + Self.batch)
            let logits = model.logits(of: examples.inputs[inputs])
            answers.replaceSubrange(inputs.lowerBound * count..<inputs.upperBound * count, with: logits.values)
            onProgress(inputs.upperBound - own.lowerBound, own.count)
        }
        try group.sum(&answers)
        guard answers[all * count] == 0 else { throw CancellationError() }
        guard answers.allSatisfy(\.isFinite) else {
            throw TrainingError(.diverged, "The model's answers are no numbers.")
        }
        self.logits = (0..<all).map { Array(answers[$0 * count..<($0 + 1) * count]) }
    }

    /// The probabilities of each utterance's classes.
    package var probabilities: [[Double]] { self.probabilities(self.temperature) }

    /// How good it is.
    package var report: ClassificationReport {
        ClassificationReport(
            probabilities: self.probabilities, classes: self.classes, labels: self.labels)
    }

    /// The share that is right.
    package var accuracy: Double { self.report.accuracy }

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
    package func calibratedRejection(_ label: String?, temperature: LogitTemperature) -> Rejection {
        RejectionReport.fit(
            label, probabilities: self.probabilities(temperature), classes: self.classes, labels: self.labels)
    }

    private func probabilities(_ temperature: LogitTemperature) -> [[Double]] {
        zip(self.logits, self.novelties).map {
            IntentModel.probabilities(ofLogits: $0, temperature: temperature($1))
        }
    }

    /// What a temperature is fitted by.
    var part: TemperatureScaling.Part { (self.logits, self.classes, self.novelties) }

    /// The mean negative logarithm of the probability of what is right, in nats.
    package var loss: Double { TemperatureScaling.loss(self.part, self.temperature) }

    /// The temperature with which the loss is least.
    package func calibratedTemperature() -> LogitTemperature { TemperatureScaling.fit([self.part]) }
}
