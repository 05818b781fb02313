// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
package import LLMCore
package import OrderedCollections

/// Trains a model epoch by epoch, alone or with other processes, keeps the best one, and can go on from where it was.
///
/// Everything random depends on the seed, the epoch and the step alone: a training that goes on from a checkpoint comes to what it would
/// have come to.
package protocol Trainer {
    /// The weights that learn.
    associatedtype Weights: ParameterGroup
    /// An example of an epoch.
    associatedtype Example
    /// How good the weights are.
    associatedtype Judgement: EpochJudgement

    /// Where the training is.
    var state: TrainingState<Weights> { get set }
    /// When it makes which step.
    var plan: TrainingPlan { get }
    /// The processes that train together.
    var parallel: DataParallel { get }
    /// What its checkpoints belong to.
    var identity: TrainingIdentity { get }
    /// What else its checkpoints say of the best model.
    var details: [(String, String)] { get }

    /// The examples of an epoch in the order in which they are read.
    func order(_ numbers: inout SeededNumbers) -> [Example]

    /// Makes the step that comes next.
    ///
    /// - Parameters:
    ///   - examples: What it reads.
    ///   - signals: What this process has to say to the others.
    /// - Returns: The sums of what all had to say.
    /// - Throws: ``TrainingError`` with code `.diverged` or `.lostGroup`.
    mutating func step(_ examples: ArraySlice<Example>, _ signals: () -> [Float]) throws -> [Float]

    /// Judges the weights by the development part.
    ///
    /// - Throws: ``TrainingError``; `CancellationError` when the task of any process is cancelled.
    func judged(_ onProgress: (_ done: Int, _ all: Int) -> Void) throws -> Judgement

    /// Takes over what belongs to the best model beside its weights, from how it was judged.
    mutating func keep(_ judgement: Judgement)

    /// Takes over what a checkpoint says beside weights; the state is that of the checkpoint.
    ///
    /// - Throws: ``TrainingError`` with code `.badData`, which names the file.
    mutating func restore(_ details: [String: String], from path: String) throws

    /// Writes the model of the best epoch so far.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    func writeBest(to folder: String) throws

    /// The training for programs: settings, data, epochs, and how good the best model is on the development part.
    ///
    /// - Parameter data: Where the data are.
    func report(data: String) -> OrderedDictionary<String, JSONValue>
}

/// How good weights are.
package protocol EpochJudgement {
    /// The share of the development part that is right.
    var accuracy: Double { get }
    /// How surprising it is, in nats.
    var loss: Double { get }
}

extension Trainer {
    package var details: [(String, String)] { [] }
    package mutating func keep(_ judgement: Judgement) {}
    package mutating func restore(_ details: [String: String], from path: String) {}

    /// What the training has come to.
    package var history: TrainingHistory { self.state.history }

    /// How many weights the model has.
    package var parameters: Int { self.state.weights.weights.reduce(0) { $0 + $1.weight.count } }

    /// Whether a step was made, so that there is something to go on from.
    package var hasBegun: Bool { self.state.optimiser.steps > 0 }

    /// Whether there is nothing more to do.
    package var isDone: Bool {
        guard let best = self.history.best else { return false }
        let count = self.history.epochs.count
        return count >= self.plan.epochs || count - 1 - best >= self.plan.patience
    }

    /// Trains for some time, at most to the end of an epoch, which is judged then.
    ///
    /// - Parameters:
    ///   - duration: When to stop, which the leader decides; at least one step is made.
    ///   - onProgress: Is told after each step.
    /// - Throws: ``TrainingError`` with code `.diverged` or `.lostGroup`; `CancellationError` when the task of any process is cancelled, and
    ///   the training can go on from the step after the last.
    package mutating func advance(for duration: Duration, _ onProgress: (TrainingProgress) -> Void) throws {
        let (clock, isLeader, steps) = (ContinuousClock(), self.parallel.group.isLeader, self.plan.stepsPerEpoch)
        let end = clock.now + duration
        var numbers = self.state.numbers(ofStep: false, self.plan)
        let order = self.order(&numbers)
        while self.state.position.step < steps {
            // One process by itself must not leave the others.
            if !self.parallel.isShared { try Task.checkCancellation() }
            let start = clock.now
            let signals = try self.step(order[self.plan.examples(of: self.state.position.step)]) {
                [Task.isCancelled ? 1 : 0, isLeader && clock.now >= end ? 1 : 0]
            }
            self.state.position.seconds += (clock.now - start) / .seconds(1)
            onProgress(self.progress(.training, self.state.position.step, of: steps))
            if self.parallel.isShared, signals[0] > 0 { throw CancellationError() }
            if signals[1] > 0, self.state.position.step < steps { return }
        }
        let judgement = try self.judged { onProgress(self.progress(.judging, $0, of: $1)) }
        if self.state.endEpoch(accuracy: judgement.accuracy, loss: judgement.loss) { self.keep(judgement) }
    }

    private func progress(_ phase: TrainingProgress.Phase, _ step: Int, of steps: Int) -> TrainingProgress {
        TrainingProgress(
            phase: phase, epoch: self.history.epochs.count + 1, epochs: self.plan.epochs, step: step, steps: steps,
            loss: self.state.position.meanLoss, tokensPerSecond: self.state.position.tokensPerSecond)
    }

    /// Writes all that is needed to go on.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package func writeCheckpoint(to path: String) throws {
        try self.state.write(self.identity, self.details, to: path)
    }

    /// Goes on from a checkpoint.
    ///
    /// - Throws: ``TrainingError`` with code `.otherTraining` where settings or data are not those of the checkpoint;
    ///   ``TrainingError``, ``TaskModelError`` or ``ModelFileError`` where it is damaged. The training stays as it was.
    package mutating func resume(from path: String) throws {
        var copy = self
        let details = try copy.state.read(path, self.identity, stepsPerEpoch: self.plan.stepsPerEpoch)
        try copy.restore(details, from: path)
        self = copy
    }

    /// Gives all processes what the leader goes on from; the best model stays with it.
    ///
    /// - Throws: ``TrainingError`` with code `.otherTraining` where settings or data of any process are not those of the leader, or
    ///   `.lostGroup`.
    package mutating func synchronize() throws { try self.state.synchronize(self.identity, in: self.parallel.group) }
}
