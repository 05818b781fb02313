// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
package import LLMCore
internal import OrderedCollections
package import TaskModels

/// Looks for the smallest model that follows a teacher well enough: some shapes are trained for a while, from the smallest on.
package struct StudentSearch: Sendable {
    /// A shape that was tried.
    package struct Candidate: Sendable {
        /// The shape.
        package let shape: EncoderSettings
        /// The share of the development part that was right.
        package let accuracy: Double
        /// How many weights it has.
        package let weights: Int
        /// Milliseconds of an utterance in the median, on one thread.
        package let latency: Double
    }

    /// What a student must keep to, against its teacher.
    package struct Limits: Sendable {
        /// The share of the teacher's accuracy that is kept.
        package var accuracy = 0.98
        /// The most of its size and of its time.
        package var size = 0.1, latency = 0.1

        /// The usual limits.
        package init() {}
    }

    /// The teacher as it was measured.
    package let teacher: Candidate
    /// What was tried, the smallest first.
    package private(set) var candidates: [Candidate] = []
    private let limits: Limits
    /// How many utterances are timed.
    private static let timed = 500

    /// The shapes that are tried: layers, width, heads.
    private static let shapes = [(1, 32, 2), (1, 48, 4), (1, 64, 4), (2, 48, 4), (1, 96, 8), (2, 64, 4), (2, 96, 8)]

    /// Tries shapes until one keeps to the limits, or there are no more.
    ///
    /// - Parameters:
    ///   - teacher: The model to follow.
    ///   - answers: What it says of the dialogues to learn from.
    ///   - settings: How students are trained; the shape is replaced.
    ///   - training: What to learn from.
    ///   - development: What they are judged by.
    ///   - onProgress: Is told which shape is trained, and where that is.
    /// - Throws: ``TrainingError``; `CancellationError` when the task is cancelled.
    package init(
        for teacher: IntentModel, _ answers: TeacherAnswers, _ settings: IntentTrainingSettings,
        limits: Limits = Limits(),
        training: [LabelledDialogue], development: [LabelledDialogue],
        _ onProgress: (_ shape: EncoderSettings, _ progress: TrainingProgress) -> Void
    ) throws {
        self.limits = limits
        let own = IntentExamples(development, for: teacher)
        guard !own.classes.isEmpty else {
            throw TrainingError(.noData, "The teacher knows no intent of the development part.")
        }
        self.teacher = try Self.measured(teacher, own)
        for shape in Self.shapes {
            var settings = settings
            (settings.encoder.layers, settings.encoder.width, settings.encoder.heads) = shape
            settings.encoder.feedForward = 4 * settings.encoder.width
            var trainer = try IntentTrainer(
                settings, training: training, development: development, answers: answers)
            while !trainer.isDone {
                try trainer.advance(for: .seconds(3600)) { onProgress(settings.encoder, $0) }
            }
            let candidate = try Self.measured(trainer.best, IntentExamples(development, for: trainer.best))
            self.candidates.append(candidate)
            if self.keeps(candidate) { return }
        }
    }

    private static func measured(_ model: IntentModel, _ examples: IntentExamples) throws -> Candidate {
        Candidate(
            shape: model.settings, accuracy: try IntentEvaluation(model, examples).report.accuracy,
            weights: model.encoder.weights.reduce(0) { $0 + $1.weight.count },
            latency: IntentLatency(model, examples.inputs.prefix(self.timed)).median)
    }

    /// Whether a candidate keeps to the limits.
    package func keeps(_ candidate: Candidate) -> Bool {
        candidate.accuracy >= self.limits.accuracy * self.teacher.accuracy
            && Double(candidate.weights) <= self.limits.size * Double(self.teacher.weights)
            && candidate.latency <= self.limits.latency * self.teacher.latency
    }

    /// The first that keeps to the limits; else the most accurate of all.
    package var best: Candidate? {
        self.candidates.first(where: self.keeps) ?? self.candidates.max { $0.accuracy < $1.accuracy }
    }

    /// What was tried, for programs.
    package var json: JSONValue {
        func entry(_ candidate: Candidate) -> JSONValue {
            .object([
                "layers": .integer(candidate.shape.layers), "width": .integer(candidate.shape.width),
                "heads": .integer(candidate.shape.heads), "feed_forward": .integer(candidate.shape.feedForward),
                "dev_accuracy": .number(candidate.accuracy), "parameters": .integer(candidate.weights),
                "latency_p50_ms": .number(candidate.latency), "keeps": .bool(self.keeps(candidate)),
            ])
        }
        return .object(["teacher": entry(self.teacher), "candidates": .array(self.candidates.map(entry))])
    }
}
