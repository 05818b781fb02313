// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import DifferentiableTensors
internal import LLMCore
internal import TaskModels

extension IntentTrainer {
    private var identity: TrainingCheckpoint<IntentEncoder>.Identity {
        .init(format: "autoglm-intent-checkpoint", settings: self.settings.json.serialized(), data: self.digest)
    }

    /// What the training has come to.
    private var checkpoint: TrainingCheckpoint<IntentEncoder> {
        get {
            TrainingCheckpoint(
                weights: self.model.encoder, best: self.best.encoder, optimiser: self.optimiser, history: self.history,
                position: self.position)
        }
        set {
            (self.model.encoder, self.best.encoder) = (newValue.weights, newValue.best)
            (self.optimiser, self.history, self.position) = (newValue.optimiser, newValue.history, newValue.position)
            self.optimiser.weightDecay = self.settings.weightDecay
        }
    }

    /// Writes all that is needed to go on.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package func writeCheckpoint(to path: String) throws {
        var more = [("temperature", "\(self.best.temperature)"), ("threshold", "\(self.best.rejection.threshold)")]
        if let label = self.best.rejection.label { more.append(("out_of_scope", label)) }
        try self.checkpoint.write(self.identity, more, to: path)
    }

    // Of subwords, intents, inputs, classes, and what a teacher says.
    package var digest: String {
        var hash = SHA256()
        for text in self.model.vocabulary.pieces + self.model.labels { hash.update(data: Array(text.utf8) + [0]) }
        for examples in [self.training, self.development] {
            for (input, label) in zip(examples.inputs, examples.classes) {
                hash.update(data: withUnsafeBytes(of: (label, input.turns.count)) { Array($0) })
                for turn in input.turns {
                    hash.update(data: [UInt8(turn.speaker == .user ? 0 : 1)])
                    turn.pieces.withUnsafeBytes { hash.update(bufferPointer: $0) }
                }
            }
        }
        for row in self.teacher ?? [] { row.withUnsafeBytes { hash.update(bufferPointer: $0) } }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Goes on from a checkpoint.
    ///
    /// - Throws: ``TrainingError`` with code `.otherTraining` where settings or data are not those of the checkpoint;
    ///   ``TrainingError``, ``TaskModelError`` or ``ModelFileError`` where it is damaged. The training stays as it was.
    package mutating func resume(from path: String) throws {
        let (checkpoint, metadata) = try TrainingCheckpoint.read(
            path, self.identity, for: self.model.encoder, stepsPerEpoch: self.stepsPerEpoch)
        guard let temperature = metadata["temperature"].flatMap({ Float($0) }), temperature > 0, temperature.isFinite,
            let threshold = metadata["threshold"].flatMap({ Double($0) }), (0...1).contains(threshold)
        else { throw TrainingError(.badData, "\(path): the checkpoint is damaged; begin anew.") }
        self.checkpoint = checkpoint
        self.best.temperature = temperature
        let other = metadata["out_of_scope"].flatMap { self.best.labels.contains($0) ? $0 : nil }
        self.best.rejection = Rejection(label: other, threshold: threshold)
    }

    /// Gives all processes what the leader goes on from; the best model stays with it.
    ///
    /// - Throws: ``TrainingError`` with code `.otherTraining` where settings or data of any process are not those of the leader, or
    ///   `.lostGroup`.
    package mutating func synchronize() throws {
        guard self.parallel.isShared else { return }
        var checkpoint = self.checkpoint
        try checkpoint.synchronize(self.identity, in: self.parallel.group)
        self.checkpoint = checkpoint
    }
}
