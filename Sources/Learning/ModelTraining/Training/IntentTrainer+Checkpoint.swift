// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import DifferentiableTensors
internal import LLMCore
internal import TaskModels

extension IntentTrainer {
    private static let format = "autoglm-intent-checkpoint"

    /// Writes all that is needed to go on.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package func writeCheckpoint(to path: String) throws {
        let names = self.model.encoder.weights
        var weights = names.map { ("weights/\($0)", $1) }
        weights += self.best.encoder.weights.map { ("best/\($0)", $1) }
        for (name, moments) in zip(names.map(\.name), self.optimiser.moments) {
            weights += [("first/\(name)", moments.first), ("second/\(name)", moments.second)]
        }
        try WeightFile.write(
            weights.map { (name: $0, weight: $1) },
            [
                ("format", Self.format), ("settings", self.settings.json.serialized()),
                ("data", self.digest), ("steps", "\(self.optimiser.steps)"),
                ("temperature", "\(self.best.temperature)"), ("threshold", "\(self.best.rejection.threshold)"),
                ("history", self.history.json.serialized()),
                ("position", self.position.text),
            ] + (self.best.rejection.label.map { [("out_of_scope", $0)] } ?? []), to: path)
    }

    /// What the training reads, as a SHA-256: subwords, intents, inputs, classes, and what a teacher says.
    private var digest: String {
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
        let file = try WeightFile(path: path)
        let metadata = file.metadata
        guard metadata["format"] == Self.format else {
            throw TrainingError(.badData, "\(path): this is no checkpoint of an intent model.")
        }
        guard metadata["settings"] == self.settings.json.serialized(), metadata["data"] == self.digest else {
            throw TrainingError(
                .otherTraining,
                "\(path): is of a training with other settings or data; begin anew, or in another folder.")
        }
        guard let steps = metadata["steps"].flatMap({ Int($0) }), steps > 0,
            let temperature = metadata["temperature"].flatMap({ Float($0) }), temperature > 0, temperature.isFinite,
            let threshold = metadata["threshold"].flatMap({ Double($0) }), (0...1).contains(threshold),
            let history = try? TrainingHistory(JSONValue(parsing: metadata["history"] ?? "")),
            let position = metadata["position"].flatMap({ Position($0) }), position.step <= self.stepsPerEpoch,
            steps == history.epochs.count * self.stepsPerEpoch + position.step
        else { throw TrainingError(.badData, "\(path): the checkpoint is damaged; begin anew.") }
        var (model, best) = (self.model, self.best)
        try file.read(into: &model.encoder, prefix: "weights/")
        try file.read(into: &best.encoder, prefix: "best/")
        best.temperature = temperature
        let other = metadata["out_of_scope"].flatMap { best.labels.contains($0) ? $0 : nil }
        best.rejection = Rejection(label: other, threshold: threshold)
        let moments = try model.encoder.weights.map { name, weight in
            (
                first: try file.tensor("first/\(name)", weight.shape),
                second: try file.tensor("second/\(name)", weight.shape)
            )
        }
        guard moments.allSatisfy({ $0.second.values.allSatisfy { $0 >= 0 } }) else {
            throw TrainingError(.badData, "\(path): the checkpoint is damaged; begin anew.")
        }
        var optimiser = AdamW(steps: steps, moments: moments)
        optimiser.weightDecay = self.settings.weightDecay
        (self.model, self.best, self.optimiser) = (model, best, optimiser)
        (self.history, self.position) = (history, position)
    }
}

extension IntentTrainer {
    /// Makes all processes go on from where the leader is, which may have read a checkpoint.
    ///
    /// - Throws: ``TrainingError`` with code `.otherTraining` where settings or data of any process are not those of the leader, or
    ///   `.lostGroup`.
    package mutating func synchronize() throws {
        guard self.parallel.isShared else { return }
        let group = self.parallel.group
        let own = [
            self.settings.json.serialized(), self.digest, "\(self.optimiser.steps)", self.history.json.serialized(),
            self.position.text,
        ]
        let lines = try group.shared(own.joined(separator: "\n")).split(separator: "\n").map(String.init)
        // All of them hear of it, so that none waits for one that has gone.
        let isAlike = lines.count == own.count && lines[..<2] == own[..<2]
        if let other = try group.gathered(isAlike ? 1 : 0).firstIndex(of: 0) {
            throw TrainingError(
                .otherTraining, "Process \(other) reads other settings or data than process 0; all need the same files."
            )
        }
        guard let steps = Int(lines[2]), let history = try? TrainingHistory(JSONValue(parsing: lines[3])),
            let position = Position(lines[4])
        else { throw TrainingError(.lostGroup, "Process \(group.rank) does not understand process 0.") }
        (self.history, self.position) = (history, position)
        try group.share(&self.model.encoder)
        guard steps > 0 else { return }
        var moments = self.optimiser.moments
        if !group.isLeader {
            moments = self.model.encoder.weights.map { _, weight in
                (Tensor(weight.shape, repeating: 0), Tensor(weight.shape, repeating: 0))
            }
        }
        for index in moments.indices {
            try group.share(&moments[index].first)
            try group.share(&moments[index].second)
        }
        self.optimiser = AdamW(steps: steps, moments: moments)
        self.optimiser.weightDecay = self.settings.weightDecay
    }
}

extension IntentTrainer.Position {
    /// The position as checkpoints have it.
    var text: String { "\(self.step) \(self.loss) \(self.tokens) \(self.seconds)" }

    /// Reads a position; nil where it is none.
    init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 4, let step = Int(parts[0]), let loss = Double(parts[1]), let tokens = Int(parts[2]),
            let seconds = Double(parts[3]), step >= 0, (0...1 << 40).contains(tokens), loss.isFinite, seconds.isFinite,
            step == 0 || seconds > 1e-6
        else { return nil }
        self.init(step: step, loss: loss, tokens: tokens, seconds: seconds)
    }
}
