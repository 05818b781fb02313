// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles
internal import ModelTraining
internal import OrderedCollections

/// A training that is watched: goes on from its checkpoint, says what it comes to, and leaves model, report, picture and checkpoint in a
/// folder.
struct TrainingSession<Kind: Trainer> {
    private var trainer: Kind
    private let data: String
    private let out: String
    private let title: String
    private let speaker: LeadingSpeaker

    /// Prepares to watch a training.
    ///
    /// - Parameters:
    ///   - data: Where the data are.
    ///   - out: The folder for what comes of it.
    ///   - title: What the picture is called.
    init(_ trainer: Kind, data: String, out: String, title: String, _ speaker: LeadingSpeaker) {
        (self.trainer, self.data, self.out, self.title, self.speaker) = (trainer, data, out, title, speaker)
    }

    private var checkpoint: String { "\(self.out)/checkpoint.safetensors" }

    /// Trains until there is nothing more to do.
    ///
    /// - Parameters:
    ///   - restart: Whether a checkpoint that is there is left alone.
    ///   - introduction: What is said of the training before its first step.
    ///   - result: What is said of an epoch beside its losses.
    /// - Returns: The trainer when it has done; nil in processes that do not lead.
    mutating func run(
        restart: Bool, introduction: (Kind) -> String, result: (TrainingHistory.Epoch) -> String = { _ in "" }
    ) throws -> Kind? {
        let parallel = self.trainer.parallel
        if parallel.group.isLeader {
            try FilePath.makeFolders(self.out)
            if !restart, FilePath.isFile(self.checkpoint) {
                try self.trainer.resume(from: self.checkpoint)
                self.speaker.note("Going on from \(self.checkpoint), epoch \(self.trainer.history.epochs.count + 1).")
            }
        }
        try self.trainer.synchronize()
        self.speaker.note(introduction(self.trainer))
        while !self.trainer.isDone { try self.advance(result) }
        if parallel.isShared { self.speaker.note(Self.line(parallel.statistics)) }
        guard parallel.group.isLeader else { return nil }
        // Whatever has become of the files since they were written.
        try self.trainer.writeBest(to: self.out)
        return self.trainer
    }

    private mutating func advance(_ result: (TrainingHistory.Epoch) -> String) throws {
        let isLeader = self.trainer.parallel.group.isLeader
        let epochs = self.trainer.history.epochs.count
        let speaker = self.speaker
        do {
            try self.trainer.advance(for: .seconds(120)) { Self.show($0, speaker) }
        } catch is CancellationError {
            if isLeader, self.trainer.hasBegun { try self.trainer.writeCheckpoint(to: self.checkpoint) }
            throw CancellationError()
        }
        guard isLeader else { return }
        if self.trainer.history.epochs.count > epochs, let last = self.trainer.history.epochs.last {
            speaker.note(
                "Epoch \(epochs + 1): loss \(last.loss.rounded(toPlaces: 4)), dev loss \(last.developmentLoss.rounded(toPlaces: 4)), "
                    + "\(result(last))\(Int(last.tokensPerSecond)) tokens/s.")
            if self.trainer.history.best == epochs { try self.trainer.writeBest(to: self.out) }
            try self.writeReport()
        }
        try self.trainer.writeCheckpoint(to: self.checkpoint)
    }

    private static func show(_ progress: TrainingProgress, _ speaker: LeadingSpeaker) {
        let what =
            switch progress.phase {
            case .training:
                "Epoch \(progress.epoch)/\(progress.epochs), loss \(progress.loss.rounded(toPlaces: 4)), "
                    + "\(Int(progress.tokensPerSecond)) tokens/s"
            case .judging: "Epoch \(progress.epoch)/\(progress.epochs), judging"
            }
        speaker.show(
            progress.phase == .training ? "Epoch \(progress.epoch)" : "Judging", what, progress.step, of: progress.steps
        )
    }

    private static func line(_ statistics: ExchangeStatistics) -> String {
        "Exchange: \(Double(statistics.bytesPerStep / 1000) / 1000) MB of gradients a step, \((statistics.overlap * 100).rounded(toPlaces: 1)) % of them "
            + "there before the backward pass was over; \(statistics.waiting.rounded(toPlaces: 2)) s of waiting in \(statistics.steps) steps."
    }

    private func writeReport() throws {
        try ReplacingFile.replace(
            "\(self.out)/report.json",
            with: JSONValue.object(self.trainer.report(data: self.data)).serialized() + "\n")
        try ReplacingFile.replace(
            "\(self.out)/learning-curve.svg", with: LearningCurve(self.trainer.history, title: self.title).svg)
    }
}
