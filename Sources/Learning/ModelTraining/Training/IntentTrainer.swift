// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import LLMCore
package import TaskModels
internal import _Differentiation

/// Trains an intent model; the epoch that is right most often on the development part is the best.
package struct IntentTrainer: Trainer {
    package var state: TrainingState<IntentEncoder>
    package let plan: TrainingPlan
    package let parallel: DataParallel
    /// The model with what belongs to the best one beside its weights.
    var model: IntentModel
    let settings: IntentTrainingSettings
    let training: IntentExamples
    let development: IntentExamples
    /// The teacher's logits for each utterance to learn from.
    let teacher: [[Float]]?

    /// Prepares a training: the subwords and the classes are those of the dialogues to learn from.
    ///
    /// - Parameters:
    ///   - settings: How to train.
    ///   - training: What to learn from.
    ///   - development: What epochs are judged by.
    ///   - answers: What a teacher of the same classes says of what to learn from; this model follows it, as the settings say.
    ///   - parallel: Who trains together; all have the same settings and data.
    /// - Throws: ``TrainingError``, ``TaskModelError``; `CancellationError` when the task is cancelled.
    package init(
        _ settings: IntentTrainingSettings, training: [LabelledDialogue], development: [LabelledDialogue],
        answers: TeacherAnswers? = nil, parallel: DataParallel = DataParallel()
    ) throws {
        try settings.check()
        var generator = SeededNumbers(seed: settings.seed)
        var model = try IntentModel(
            settings.encoder, turns: settings.turns, labels: Self.labels(training, settings),
            vocabulary: SubwordTrainer.vocabulary(
                of: training.lazy.flatMap { $0.turns.lazy.map(\.text) }, size: settings.vocabularySize),
            ngrams: settings.ngrams, using: &generator)
        model.known = KnownPairs(of: training.lazy.flatMap { $0.turns.lazy.map(\.text) })
        self.training = IntentExamples(training, for: model)
        model.encoder.weighNGrams(of: self.training.inputs)
        (self.model, self.settings, self.parallel) = (model, settings, parallel)
        self.development = IntentExamples(development, for: model)
        guard !self.development.classes.isEmpty else {
            throw TrainingError(.noData, "No utterance of the development part has an intent that is learnt.")
        }
        if let answers {
            guard answers.labels == model.labels else {
                throw TrainingError(.otherTraining, "The teacher knows other intents than those of the training part.")
            }
            guard answers.logits.count == self.training.classes.count else {
                throw TrainingError(
                    .otherTraining,
                    "The teacher answers for \(answers.logits.count) utterances, and \(self.training.classes.count) are learnt from."
                )
            }
        }
        self.teacher = answers?.logits
        self.state = TrainingState(model.encoder, weightDecay: settings.weightDecay)
        self.plan = TrainingPlan(
            examples: self.training.classes.count, batch: settings.batch, epochs: settings.epochs,
            patience: settings.patience, seed: settings.seed, dropout: settings.dropout,
            longestGradient: settings.longestGradient, rate: settings.rate, warmUp: settings.warmUp)
    }

    private static func labels(
        _ dialogues: [LabelledDialogue], _ settings: IntentTrainingSettings
    ) throws -> [String] {
        var counts: [String: Int] = [:]
        for dialogue in dialogues {
            for intent in dialogue.intents { if let intent { counts[intent, default: 0] += 1 } }
        }
        let labels = counts.filter { $0.value >= settings.minimumExamples }.keys.sorted()
        guard labels.count > 1 else {
            throw TrainingError(
                .noData,
                "\(labels.count) of \(counts.count) intents are there at least \(settings.minimumExamples) times; two are needed."
            )
        }
        return labels
    }

    /// The model of the best epoch so far.
    package var best: IntentModel {
        var model = self.model
        model.encoder = self.state.best
        return model
    }

    package func writeBest(to folder: String) throws { try self.best.write(to: folder) }

    /// How many utterances are learnt from, and judged by.
    package var exampleCounts: (training: Int, development: Int) {
        (self.training.classes.count, self.development.classes.count)
    }

    package func order(_ numbers: inout SeededNumbers) -> [Int] {
        Array(self.training.classes.indices).shuffled(using: &numbers)
    }

    package func judged(_ onProgress: (_ done: Int, _ all: Int) -> Void) throws -> IntentEvaluation {
        var model = self.model
        (model.encoder, model.temperature) = (self.state.weights, LogitTemperature())
        return try IntentEvaluation(model, self.development, by: self.parallel.group, onProgress)
    }

    package mutating func keep(_ judgement: IntentEvaluation) {
        self.model.temperature = judgement.calibratedTemperature()
        let other = self.settings.outOfScope.flatMap { self.model.labels.contains($0) ? $0 : nil }
        self.model.rejection = judgement.calibratedRejection(other, temperature: self.model.temperature)
    }

    package mutating func step(_ examples: ArraySlice<Int>, _ signals: () -> [Float]) throws -> [Float] {
        // Each process reads all of the step's inputs, so that all of them hide the same pieces, and computes its part of them.
        let own = Array(examples)
        var batch = IntentBatch()
        for index in own { batch.append(self.training.inputs[index]) }
        var numbers = self.state.numbers(ofStep: true, self.plan)
        batch.hidePieces(self.settings.hiddenPieces, using: &numbers)
        let (dropout, encoder) = (self.state.dropout(self.plan), self.state.weights)
        let result = try self.parallel.step(
            encoder, costs: batch.lengths, touched: IntentEncoder.touched(by: batch), signals: signals
        ) { inputs in
            self.loss(
                encoder, batch, inputs, own[inputs],
                dropout.from(row: batch.starts[inputs.lowerBound], sequence: inputs.lowerBound))
        }
        try self.state.take(result, self.plan, weight: own.count, tokens: batch.pieces.count)
        return result.signals
    }

    /// The loss of some inputs of a batch, and what gives its gradients.
    private func loss(
        _ encoder: IntentEncoder, _ batch: IntentBatch, _ inputs: Range<Int>, _ examples: ArraySlice<Int>,
        _ dropout: Dropout
    ) -> (value: Float, pullback: (Float) -> IntentEncoder.TangentVector) {
        let part = inputs.count == batch.lengths.count ? batch : batch[inputs]
        let classes = examples.map { self.training.classes[$0] }
        guard let teacher else {
            return valueWithPullback(at: encoder) { $0.loss(part, dropout) { $0.crossEntropy(classes) } }
        }
        let logits = Tensor([examples.count, self.model.labels.count], examples.flatMap { teacher[$0] })
        let distillation = self.settings.distillation ?? Distillation()
        return valueWithPullback(at: encoder) {
            $0.loss(part, dropout) { $0.loss(classes, logits, distillation) }
        }
    }
}

extension Tensor {
    /// The loss of a student.
    @differentiable(reverse,wrt: self)
    fileprivate func loss(_ classes: [Int], _ teacher: Tensor, _ distillation: Distillation) -> Float {
        let (alpha, temperature) = (distillation.alpha, distillation.temperature)
        return alpha * self.crossEntropy(classes) + (1 - alpha) * temperature * temperature
            * self.divergence(from: teacher, temperature: temperature)
    }
}
