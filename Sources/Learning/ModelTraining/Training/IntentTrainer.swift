// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore
package import TaskModels
internal import _Differentiation

/// Trains an intent model, epoch by epoch; the best on the development part is kept.
///
/// Everything random depends on the seed, the epoch and the step alone: a training that goes on from a checkpoint comes to what it would
/// have come to.
package struct IntentTrainer: Trainer {
    /// What the training has come to.
    package internal(set) var history = TrainingHistory()
    /// The model of the best epoch so far.
    package internal(set) var best: IntentModel
    var model: IntentModel
    var optimiser = AdamW()
    /// Where in the epoch the training is.
    var position = TrainingPosition()
    let settings: IntentTrainingSettings
    /// The processes that train together.
    package let parallel: DataParallel
    let training: IntentExamples
    let development: IntentExamples
    /// The teacher's logits for each utterance to learn from.
    let teacher: [[Float]]?
    private let schedule: LearningRateSchedule

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
        let model = try IntentModel(
            settings.encoder, turns: settings.turns, labels: Self.labels(training, settings),
            vocabulary: SubwordTrainer.vocabulary(
                of: training.lazy.flatMap { $0.turns.lazy.map(\.text) }, size: settings.vocabularySize),
            using: &generator)
        (self.model, self.best, self.settings, self.parallel) = (model, model, settings, parallel)
        self.training = IntentExamples(training, for: model)
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
        let steps = (self.training.classes.count + settings.batch - 1) / settings.batch * settings.epochs
        self.schedule = LearningRateSchedule(
            peak: settings.rate, warmUp: max(1, Int(Float(steps) * settings.warmUp)), steps: steps)
        self.optimiser.weightDecay = settings.weightDecay
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

    package func writeBest(to folder: String) throws { try self.best.write(to: folder) }

    /// How many utterances are learnt from, and judged by.
    package var exampleCounts: (training: Int, development: Int) {
        (self.training.classes.count, self.development.classes.count)
    }

    /// Whether a step was made, so that there is something to go on from.
    package var hasBegun: Bool { self.optimiser.steps > 0 }

    /// Whether there is nothing more to do.
    package var isDone: Bool {
        guard let best = self.history.best else { return false }
        let count = self.history.epochs.count
        return count >= self.settings.epochs || count - 1 - best >= self.settings.patience
    }

    /// Trains for some time, at most to the end of an epoch, which is judged then.
    ///
    /// - Parameters:
    ///   - duration: When to stop, which the leader decides; at least one step is made.
    ///   - onProgress: Is told after each step.
    /// - Throws: ``TrainingError`` with code `.diverged` or `.lostGroup`; `CancellationError` when the task of any process is cancelled, and
    ///   the training can go on from the step after the last.
    package mutating func advance(for duration: Duration, _ onProgress: (TrainingProgress) -> Void) throws {
        let (clock, isLeader) = (ContinuousClock(), self.parallel.group.isLeader)
        let (epoch, end, order) = (self.history.epochs.count, clock.now + duration, self.order)
        while self.position.step < self.stepsPerEpoch {
            // One process by itself must not leave the others.
            if !self.parallel.isShared { try Task.checkCancellation() }
            let start = clock.now
            let signals = try self.step(self.position.step, of: order) {
                [Task.isCancelled ? 1 : 0, isLeader && clock.now >= end ? 1 : 0]
            }
            self.position.seconds += (clock.now - start) / .seconds(1)
            onProgress(self.progress(.training, self.position.step, of: self.stepsPerEpoch))
            if self.parallel.isShared, signals[0] > 0 { throw CancellationError() }
            if signals[1] > 0, self.position.step < self.stepsPerEpoch { return }
        }
        let result = try IntentEvaluation(self.model, self.development, by: self.parallel.group) { done, all in
            onProgress(self.progress(.judging, done, of: all))
        }
        self.history.epochs.append(
            TrainingHistory.Epoch(
                loss: self.position.meanLoss, accuracy: result.report.accuracy,
                developmentLoss: result.loss, seconds: self.position.seconds,
                tokensPerSecond: self.position.tokensPerSecond))
        self.position = TrainingPosition()
        if self.history.best == epoch {
            self.best = self.model
            self.best.temperature = result.calibratedTemperature()
            let other = self.settings.outOfScope.flatMap { self.best.labels.contains($0) ? $0 : nil }
            self.best.rejection = result.calibratedRejection(other, temperature: self.best.temperature)
        }
    }

    var stepsPerEpoch: Int { (self.training.classes.count + self.settings.batch - 1) / self.settings.batch }

    /// In which order this epoch reads what there is.
    private var order: [Int] {
        var generator = SeededNumbers(seed: self.seed(0))
        return Array(self.training.classes.indices).shuffled(using: &generator)
    }

    /// What is random in a step of this epoch, from 1; 0 is the epoch's own.
    private func seed(_ step: Int) -> UInt64 {
        (self.settings.seed &* 7919 &+ UInt64(self.history.epochs.count)) &* 1_000_003 &+ UInt64(step)
    }

    private func progress(_ phase: TrainingProgress.Phase, _ step: Int, of steps: Int) -> TrainingProgress {
        TrainingProgress(
            phase: phase, epoch: self.history.epochs.count + 1, epochs: self.settings.epochs, step: step, steps: steps,
            loss: self.position.meanLoss, tokensPerSecond: self.position.tokensPerSecond)
    }

    private mutating func step(_ step: Int, of order: [Int], _ signals: () -> [Float]) throws -> [Float] {
        // Each process reads all of the step's inputs, so that all of them hide the same pieces, and computes its part of them.
        var batch = IntentBatch()
        let own = Array(order[step * self.settings.batch..<min(order.count, (step + 1) * self.settings.batch)])
        for index in own { batch.append(self.training.inputs[index]) }
        var generator = SeededNumbers(seed: self.seed(step + 1))
        batch.hidePieces(self.settings.hiddenPieces, using: &generator)
        let number = self.history.epochs.count * self.stepsPerEpoch + step
        let dropout = Dropout(rate: self.settings.dropout, seed: self.settings.seed &* 104_729 &+ UInt64(number))
        let encoder = self.model.encoder
        let result = try self.parallel.step(
            encoder, costs: batch.lengths, touched: [IntentEncoder.piecesName: Set(batch.pieces).sorted()],
            signals: signals
        ) { inputs in
            self.loss(
                encoder, batch, inputs, own[inputs],
                dropout.from(row: batch.starts[inputs.lowerBound], sequence: inputs.lowerBound))
        }
        let norm = result.gradients.norm
        guard result.loss.isFinite, norm.isFinite else {
            throw TrainingError(
                .diverged, "The loss of step \(number + 1) is no number any more; a lower --rate may help.")
        }
        let longest = self.settings.longestGradient
        self.optimiser.step(
            &self.model.encoder, along: result.gradients, rate: self.schedule.rate(at: number),
            times: norm > longest ? longest / norm : 1)
        self.position.loss += result.loss * Double(own.count)
        self.position.weight += own.count
        self.position.tokens += batch.pieces.count
        self.position.step += 1
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
            return valueWithPullback(at: encoder) { $0.logits(part, dropout).crossEntropy(classes) }
        }
        let logits = Tensor([examples.count, self.model.labels.count], examples.flatMap { teacher[$0] })
        let distillation = self.settings.distillation ?? Distillation()
        return valueWithPullback(at: encoder) { $0.logits(part, dropout).loss(classes, logits, distillation) }
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
