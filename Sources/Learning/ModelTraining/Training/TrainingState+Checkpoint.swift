// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore
internal import TaskModels

/// What a checkpoint belongs to: nothing else goes on from it.
package struct TrainingIdentity: Sendable {
    /// The kind of model.
    let format: String
    /// How it is trained, as JSON.
    let settings: String
    /// What it learns from and is judged by, as a SHA-256.
    package let data: String
}

extension TrainingState {
    /// Writes a checkpoint.
    ///
    /// - Parameter more: What else belongs to the best model.
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    func write(_ identity: TrainingIdentity, _ more: [(String, String)] = [], to path: String) throws {
        let names = self.weights.weights
        var tensors = names.map { ("weights/\($0)", $1) } + self.best.weights.map { ("best/\($0)", $1) }
        for (name, moments) in zip(names.map(\.name), self.optimiser.moments) {
            tensors += [("first/\(name)", moments.first), ("second/\(name)", moments.second)]
        }
        try WeightFile.write(
            tensors.map { (name: $0, weight: $1) },
            [
                ("format", identity.format), ("settings", identity.settings), ("data", identity.data),
                ("steps", "\(self.optimiser.steps)"), ("history", self.history.json.serialized()),
                ("position", self.position.text),
            ] + more, to: path)
    }

    /// Goes on from a checkpoint; the state stays as it was where something is thrown.
    ///
    /// - Parameters:
    ///   - identity: What it must belong to.
    ///   - steps: How many steps an epoch has.
    /// - Returns: What else the file says.
    /// - Throws: ``TrainingError`` with code `.otherTraining` where it belongs to something else; ``TrainingError``, ``TaskModelError`` or
    ///   ``ModelFileError`` where it is damaged.
    mutating func read(
        _ path: String, _ identity: TrainingIdentity, stepsPerEpoch steps: Int
    ) throws -> [String: String] {
        let file = try WeightFile(path: path)
        let metadata = file.metadata
        guard metadata["format"] == identity.format else {
            throw TrainingError(.badData, "\(path): this is no checkpoint of such a model.")
        }
        guard metadata["settings"] == identity.settings, metadata["data"] == identity.data else {
            throw TrainingError(
                .otherTraining,
                "\(path): is of a training with other settings or data; begin anew, or in another folder.")
        }
        let damaged = TrainingError(.badData, "\(path): the checkpoint is damaged; begin anew.")
        guard let done = metadata["steps"].flatMap({ Int($0) }), done > 0,
            let history = try? TrainingHistory(JSONValue(parsing: metadata["history"] ?? "")),
            let position = metadata["position"].flatMap({ TrainingPosition($0) }), position.step <= steps,
            done == history.epochs.count * steps + position.step
        else { throw damaged }
        var (weights, best) = (self.weights, self.best)
        try file.read(into: &weights, prefix: "weights/")
        try file.read(into: &best, prefix: "best/")
        let moments = try weights.weights.map { name, weight in
            (
                first: try file.tensor("first/\(name)", weight.shape),
                second: try file.tensor("second/\(name)", weight.shape)
            )
        }
        guard moments.allSatisfy({ $0.second.values.allSatisfy { $0 >= 0 } }) else { throw damaged }
        (self.weights, self.best, self.position) = (weights, best, position)
        self.history.epochs = history.epochs
        self.replaceOptimiser(steps: done, moments)
        return metadata
    }

    private mutating func replaceOptimiser(steps: Int, _ moments: [(first: Tensor, second: Tensor)]) {
        let decay = self.optimiser.weightDecay
        self.optimiser = AdamW(steps: steps, moments: moments)
        self.optimiser.weightDecay = decay
    }

    /// Gives all processes what the leader goes on from; the weights of its best epoch stay with it.
    ///
    /// - Throws: ``TrainingError`` with code `.otherTraining` where settings or data of any process are not those of the leader, or
    ///   `.lostGroup`.
    mutating func synchronize(_ identity: TrainingIdentity, in group: any ProcessGroup) throws {
        guard group.size > 1 else { return }
        let own = [
            identity.settings, identity.data, "\(self.optimiser.steps)", self.history.json.serialized(),
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
            let position = TrainingPosition(lines[4])
        else { throw TrainingError(.lostGroup, "Process \(group.rank) does not understand process 0.") }
        (self.history.epochs, self.position) = (history.epochs, position)
        try group.share(&self.weights)
        guard steps > 0 else { return }
        var moments = self.optimiser.moments
        if !group.isLeader {
            moments = self.weights.weights.map { _, weight in
                (Tensor(weight.shape, repeating: 0), Tensor(weight.shape, repeating: 0))
            }
        }
        for index in moments.indices {
            try group.share(&moments[index].first)
            try group.share(&moments[index].second)
        }
        self.replaceOptimiser(steps: steps, moments)
    }
}
