// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelTraining
internal import OrderedCollections

/// A command that trains a model, alone or as one of several processes, and says what comes of it.
protocol WatchedTraining: AsyncParsableCommand {
    associatedtype Kind: Trainer

    var output: OutputOptions { get }
    var threads: ComputeOptions { get }
    var parallel: ParallelOptions { get }
    var registration: RegistrationOptions { get }
    var data: String { get }
    var out: String { get }
    var restart: Bool { get }
    /// What the picture of the training is called.
    var title: String { get }

    /// Reads the data, and prepares the training.
    func trainer(_ files: TrainingFolder, _ parallel: DataParallel, _ speaker: LeadingSpeaker) throws -> Kind

    /// What is said of the training before its first step.
    func introduction(_ trainer: Kind) -> String

    /// What is said of an epoch beside its losses.
    func result(_ epoch: TrainingHistory.Epoch) -> String

    /// What is said of the best epoch in the end.
    func summary(_ epoch: TrainingHistory.Epoch) -> String
}

extension WatchedTraining {
    func result(_ epoch: TrainingHistory.Epoch) -> String { "" }

    func run() async throws {
        var done: Kind?
        try self.threads.withPool(sharedBy: self.parallel.environment.localSize) {
            try self.parallel.withGroup { done = try self.train($0) }
        }
        guard let done else { return }
        try await self.registration.register(done, data: self.data)
        try self.report(done)
    }

    private func train(_ parallel: DataParallel) throws -> Kind? {
        let speaker = LeadingSpeaker(parallel.group)
        defer { speaker.endBar() }
        if let processes = try parallel.group.processNumbers() { speaker.note(processes) }
        speaker.note("Reading \(self.data)…")
        let trainer = try self.trainer(TrainingFolder(self.data), parallel, speaker)
        speaker.endBar()
        var session = TrainingSession(trainer, data: self.data, out: self.out, title: self.title, speaker)
        return try session.run(restart: self.restart, introduction: self.introduction, result: self.result)
    }

    private func report(_ trainer: Kind) throws {
        guard let best = trainer.history.best else { return }
        switch self.output.format {
        case .json:
            try Console.json(.object(trainer.report(data: self.data).merging(["model": .string(self.out)]) { $1 }))
        case .text:
            try Console.line(
                "\(self.out): the model of epoch \(best + 1), \(self.summary(trainer.history.epochs[best])); "
                    + "see report.json and learning-curve.svg there.")
        }
    }
}
