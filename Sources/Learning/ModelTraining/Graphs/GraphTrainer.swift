// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import DifferentiableTensors
package import LLMCore
package import OrderedCollections
package import TaskModels
internal import _Differentiation

/// Trains a graph language model, epoch by epoch; the one that is surprised least by the development part is kept.
///
/// Everything random depends on the seed, the epoch and the step alone: a training that goes on from a checkpoint comes to what it would
/// have come to.
package struct GraphTrainer: Trainer {
    /// What the training has come to.
    package private(set) var history = TrainingHistory(isBestByLoss: true)
    /// The model of the best epoch so far.
    package private(set) var best: GraphLanguageModel
    private var model: GraphLanguageModel
    private var optimiser = AdamW()
    private var position = TrainingPosition()
    /// The processes that train together.
    package let parallel: DataParallel
    private let settings: GraphTrainingSettings
    private let training: GraphExamples
    private let development: GraphExamples
    private let schedule: LearningRateSchedule
    package let digest: String

    /// Prepares a training: the subwords and the names are those of the texts to learn from.
    ///
    /// - Parameters:
    ///   - settings: How to train.
    ///   - training: What to learn from.
    ///   - development: What epochs are judged by.
    ///   - parallel: Who trains together; all have the same settings and data.
    /// - Throws: ``TrainingError``, ``TaskModelError``; `CancellationError` when the task is cancelled.
    package init(
        _ settings: GraphTrainingSettings, training: [GraphText], development: [GraphText],
        parallel: DataParallel = DataParallel()
    ) throws {
        try settings.check()
        guard !training.isEmpty, !development.isEmpty else {
            throw TrainingError(.noData, "There is no graph to learn from, or none to judge by.")
        }
        var generator = SeededNumbers(seed: settings.seed)
        let model = try GraphLanguageModel(
            settings.model,
            vocabulary: SubwordTrainer.vocabulary(
                of: training.lazy.flatMap(\.allTexts), size: settings.vocabularySize, style: .exact),
            names: NameRules(
                texts: training.lazy.flatMap { text in
                    text.texts.map { (text: $0, entities: text.input.nodes + text.entities) }
                }), using: &generator)
        (self.model, self.best, self.settings, self.parallel) = (model, model, settings, parallel)
        self.training = GraphExamples(training, for: model)
        self.development = GraphExamples(development, for: model)
        let steps = (training.count + settings.batch - 1) / settings.batch * settings.epochs
        self.schedule = LearningRateSchedule(
            peak: settings.rate, warmUp: max(1, Int(Float(steps) * settings.warmUp)), steps: steps)
        self.optimiser.weightDecay = settings.weightDecay
        self.digest = Self.digest(model, training, development)
    }

    /// What the training reads, as a SHA-256.
    private static func digest(
        _ model: GraphLanguageModel, _ training: [GraphText], _ development: [GraphText]
    ) -> String {
        var hash = SHA256()
        for text in model.vocabulary.pieces { hash.update(data: Array(text.utf8) + [0]) }
        for part in [training, development] {
            for text in part.lazy.flatMap(\.allTexts) { hash.update(data: Array(text.utf8) + [0]) }
            hash.update(data: [1])
        }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    package func writeBest(to folder: String) throws { try self.best.write(to: folder) }

    /// How many graphs are learnt from, and judged by.
    package var exampleCounts: (training: Int, development: Int) {
        (self.training.inputs.count, self.development.inputs.count)
    }

    /// How many weights the model has.
    package var parameters: Int { self.model.network.weights.reduce(0) { $0 + $1.weight.count } }

    package var hasBegun: Bool { self.optimiser.steps > 0 }

    package var isDone: Bool {
        guard let best = self.history.best else { return false }
        let count = self.history.epochs.count
        return count >= self.settings.epochs || count - 1 - best >= self.settings.patience
    }

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
        let result = try GraphEvaluation(self.model, self.development, textsEach: 1, by: self.parallel.group) {
            done, all in
            onProgress(self.progress(.judging, done, of: all))
        }
        self.history.epochs.append(
            TrainingHistory.Epoch(
                loss: self.position.meanLoss, accuracy: result.meanProbability, developmentLoss: result.loss,
                seconds: self.position.seconds, tokensPerSecond: self.position.tokensPerSecond))
        self.position = TrainingPosition()
        if self.history.best == epoch { self.best = self.model }
    }

    private var stepsPerEpoch: Int {
        (self.training.inputs.count + self.settings.batch - 1) / self.settings.batch
    }

    /// In which order this epoch reads the graphs, and with which text each.
    private var order: [(input: Int, text: Int)] {
        var generator = SeededNumbers(seed: self.seed(0))
        return self.training.inputs.indices.shuffled(using: &generator).map { input in
            (input, Int.random(in: self.training.targets[input].indices, using: &generator))
        }
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

    private mutating func step(
        _ step: Int, of order: [(input: Int, text: Int)], _ signals: () -> [Float]
    ) throws -> [Float] {
        let own = Array(order[step * self.settings.batch..<min(order.count, (step + 1) * self.settings.batch)])
        let sizes = own.map { self.training.batch([$0]).size }
        let number = self.history.epochs.count * self.stepsPerEpoch + step
        let dropout = Dropout(rate: self.settings.dropout, seed: self.settings.seed &* 104_729 &+ UInt64(number))
        let (network, training) = (self.model.network, self.training)
        let result = try self.parallel.step(
            network, costs: sizes.map { $0.text + $0.target }, weights: sizes.map(\.target), signals: signals
        ) { part in
            let batch = training.batch(own[part], after: sizes[..<part.lowerBound].reduce(.zero, +))
            return valueWithPullback(at: network) { $0.loss(batch, dropout, tagging: true) }
        }
        let norm = result.gradients.norm
        guard result.loss.isFinite, norm.isFinite else {
            throw TrainingError(
                .diverged, "The loss of step \(number + 1) is no number any more; a lower --rate may help.")
        }
        let longest = self.settings.longestGradient
        self.optimiser.step(
            &self.model.network, along: result.gradients, rate: self.schedule.rate(at: number),
            times: norm > longest ? longest / norm : 1)
        let pieces = sizes.reduce(0) { $0 + $1.target }
        self.position.loss += result.loss * Double(pieces)
        self.position.weight += pieces
        self.position.tokens += pieces
        self.position.step += 1
        return result.signals
    }

    // MARK: - Going on

    private var identity: TrainingCheckpoint<GraphNetwork>.Identity {
        .init(
            format: "autoglm-graph-lm-checkpoint", settings: self.settings.json.serialized(), data: self.digest)
    }

    /// What the training has come to.
    private var checkpoint: TrainingCheckpoint<GraphNetwork> {
        get {
            TrainingCheckpoint(
                weights: self.model.network, best: self.best.network, optimiser: self.optimiser, history: self.history,
                position: self.position)
        }
        set {
            (self.model.network, self.best.network) = (newValue.weights, newValue.best)
            (self.optimiser, self.position) = (newValue.optimiser, newValue.position)
            self.optimiser.weightDecay = self.settings.weightDecay
            self.history.epochs = newValue.history.epochs
        }
    }

    package func writeCheckpoint(to path: String) throws { try self.checkpoint.write(self.identity, to: path) }

    package mutating func resume(from path: String) throws {
        self.checkpoint = try TrainingCheckpoint.read(
            path, self.identity, for: self.model.network, stepsPerEpoch: self.stepsPerEpoch
        ).checkpoint
    }

    package mutating func synchronize() throws {
        guard self.parallel.isShared else { return }
        var checkpoint = self.checkpoint
        try checkpoint.synchronize(self.identity, in: self.parallel.group)
        self.checkpoint = checkpoint
    }

    package func report(data: String) -> OrderedDictionary<String, JSONValue> {
        [
            "kind": "graph-lm", "settings": self.settings.json, "data": .string(data),
            "train_examples": .integer(self.training.inputs.count),
            "dev_examples": .integer(self.development.inputs.count),
            "subwords": .integer(self.best.vocabulary.pieces.count), "parameters": .integer(self.parameters),
            "best_epoch": self.history.best.map { .integer($0 + 1) } ?? .null,
            "parallel": self.parallel.json,
            "dev_loss": self.history.best.map { .number(self.history.epochs[$0].developmentLoss) } ?? .null,
            "epochs": self.history.json,
        ]
    }
}

extension GraphText {
    /// Everything that is read of it.
    var allTexts: [String] {
        self.input.context + self.input.nodes.map(EntityName.text) + self.input.triples.map(\.relationText) + self.texts
    }
}
