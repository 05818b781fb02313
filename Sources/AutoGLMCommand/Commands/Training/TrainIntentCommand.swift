// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFiles
internal import ModelTraining
internal import OrderedCollections
internal import TaskModels

/// `autoglm train intent`: what users want, from dialogues.
struct TrainIntentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intent",
        abstract: "Train a model that tells a user's intent from the utterance and the turns before it.",
        discussion: """
            Example:
              autoglm train intent --data dialogues --turns 4 --out intents
              autoglm train intent --data dialogues --turns 4 --teacher intents --layers 1 --width 64 --out student

            The data folder has train.jsonl and dev.jsonl (or val.jsonl). A line is a dialogue,
              {"turns": [{"speaker": "user", "text": "A table for two, please", "intent": "book"}, {"speaker": "system", "text": …}, …]}
            or a single utterance, {"text": "…", "intent": "…"}. Subwords and intents are those of train.jsonl; after each epoch the model \
            is judged by dev.jsonl, and the best one is kept.

            The output folder gets the model (config.json, vocabulary.json, model.safetensors), report.json, \
            learning-curve.svg, and checkpoint.safetensors, from which the same command goes on after Ctrl-C or a kill.

            Several processes train together where mpirun starts them (see autoglm train launch): each reads its part of a step, and \
            what they learn is what one would.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var threads: ComputeOptions
    @OptionGroup var parallel: ParallelOptions

    @Option(help: "The folder with train.jsonl and dev.jsonl.")
    var data: String

    @Option(help: "The folder for the model; it is made where it is missing.")
    var out: String

    @Option(help: "How many turns before the utterance the model reads.")
    var turns = IntentTrainingSettings().turns

    @Option(help: "How often everything is read at most.")
    var epochs = IntentTrainingSettings().epochs

    @Option(help: "How many epochs without a better one are waited for.")
    var patience = IntentTrainingSettings().patience

    @Option(help: "How many utterances a step reads.")
    var batch = IntentTrainingSettings().batch

    @Option(help: "The highest learning rate.")
    var rate = IntentTrainingSettings().rate

    @Option(help: "The share of numbers that are dropped in training.")
    var dropout = IntentTrainingSettings().dropout

    @Option(help: "The share of subwords that are hidden in training.")
    var hiddenPieces = IntentTrainingSettings().hiddenPieces

    @Option(help: "How many layers the encoder has.")
    var layers = EncoderSettings().layers

    @Option(help: "How many numbers a row of the encoder has (d_model).")
    var width = EncoderSettings().width

    @Option(help: "How many heads attention has.")
    var heads = EncoderSettings().heads

    @Option(help: "How many hidden numbers the feed-forward network has.")
    var feedForward = EncoderSettings().feedForward

    @Option(help: "The most subwords.")
    var vocabularySize = IntentTrainingSettings().vocabularySize

    @Option(help: "How often at least an intent must be in train.jsonl to be learnt.")
    var minimumExamples = IntentTrainingSettings().minimumExamples

    @Option(help: "What everything random depends on.")
    var seed = IntentTrainingSettings().seed

    @Option(help: "The intent that stands for everything else, where train.jsonl has it.")
    var outOfScope = "oos"

    @Option(help: "The folder of a larger model that this one learns from as well (distillation).")
    var teacher: String?

    @Option(help: "How much the right intents count beside the teacher, from 0 to 1.")
    var alpha = Distillation().alpha

    @Option(help: "What logits are divided by when the teacher is followed.")
    var distillationTemperature = Distillation().temperature

    @Flag(help: "Begin anew, whatever checkpoint there is.")
    var restart = false

    func run() async throws {
        try self.threads.withPool(sharedBy: self.parallel.environment.localSize) {
            try self.parallel.withGroup { try self.train($0) }
        }
    }

    private func train(_ parallel: DataParallel) throws {
        let dev = FilePath.isFile("\(self.data)/dev.jsonl") ? "dev" : "val"
        let speaker = LeadingSpeaker(parallel.group)
        defer { speaker.endBar() }
        if let processes = try parallel.group.processNumbers() { speaker.note(processes) }
        speaker.note("Reading \(self.data)…")
        var trainer = try IntentTrainer(
            self.settings, training: DialogueFile.dialogues(path: "\(self.data)/train.jsonl"),
            development: DialogueFile.dialogues(path: "\(self.data)/\(dev).jsonl"),
            teacher: self.teacher.map { try IntentModel(folder: $0) }, parallel: parallel
        ) { speaker.show("Asking the teacher", "Asking the teacher", $0, of: $1) }
        speaker.endBar()
        let checkpoint = "\(self.out)/checkpoint.safetensors"
        if parallel.group.isLeader {
            try FilePath.makeFolders(self.out)
            if !self.restart, FilePath.isFile(checkpoint) {
                try trainer.resume(from: checkpoint)
                speaker.note("Going on from \(checkpoint), epoch \(trainer.history.epochs.count + 1).")
            }
        }
        try trainer.synchronize()
        let counts = trainer.exampleCounts
        speaker.note(
            "\(counts.training) utterances to learn from, \(counts.development) to judge by, \(trainer.best.labels.count) intents, "
                + "\(trainer.best.vocabulary.pieces.count) subwords.")
        try self.run(&trainer, checkpoint, speaker)
        if parallel.isShared { speaker.note(Self.exchangeLine(parallel.statistics)) }
        if parallel.group.isLeader { try self.finish(trainer) }
    }

    private func run(_ trainer: inout IntentTrainer, _ checkpoint: String, _ speaker: LeadingSpeaker) throws {
        let isLeader = trainer.parallel.group.isLeader
        while !trainer.isDone {
            let epochs = trainer.history.epochs.count
            do {
                try trainer.advance(for: .seconds(120)) { Self.show($0, speaker) }
            } catch is CancellationError {
                if isLeader, trainer.hasBegun { try trainer.writeCheckpoint(to: checkpoint) }
                throw CancellationError()
            }
            guard isLeader else { continue }
            if trainer.history.epochs.count > epochs, let last = trainer.history.epochs.last {
                speaker.note(
                    "Epoch \(epochs + 1): loss \(Self.rounded(last.loss, 4)), dev loss \(Self.rounded(last.developmentLoss, 4)), "
                        + "dev accuracy \(Self.rounded(last.accuracy * 100, 2)) %, \(Int(last.tokensPerSecond)) tokens/s."
                )
                if trainer.history.best == epochs { try trainer.best.write(to: self.out) }
                try self.writeReport(trainer)
            }
            try trainer.writeCheckpoint(to: checkpoint)
        }
    }

    private static func exchangeLine(_ statistics: ExchangeStatistics) -> String {
        "Exchange: \(Double(statistics.bytesPerStep / 1000) / 1000) MB of gradients a step, \(Self.rounded(statistics.overlap * 100, 1)) % of them "
            + "there before the backward pass was over; \(Self.rounded(statistics.waiting, 2)) s of waiting in \(statistics.steps) steps."
    }

    private static func show(_ progress: TrainingProgress, _ speaker: LeadingSpeaker) {
        let what =
            switch progress.phase {
            case .training:
                "Epoch \(progress.epoch)/\(progress.epochs), loss \(Self.rounded(progress.loss, 4)), "
                    + "\(Int(progress.tokensPerSecond)) tokens/s"
            case .judging: "Epoch \(progress.epoch)/\(progress.epochs), judging"
            }
        speaker.show(
            progress.phase == .training ? "Epoch \(progress.epoch)" : "Judging", what, progress.step, of: progress.steps
        )
    }

    private static func rounded(_ value: Double, _ digits: Int) -> Double {
        let factor = [1, 10, 100, 1000, 10000][digits]
        return (value * Double(factor)).rounded() / Double(factor)
    }

    private var settings: IntentTrainingSettings {
        var settings = IntentTrainingSettings()
        (settings.turns, settings.epochs, settings.patience) = (self.turns, self.epochs, self.patience)
        (settings.batch, settings.rate, settings.dropout) = (self.batch, self.rate, self.dropout)
        (settings.hiddenPieces, settings.vocabularySize) = (self.hiddenPieces, self.vocabularySize)
        (settings.minimumExamples, settings.seed) = (self.minimumExamples, self.seed)
        (settings.encoder.layers, settings.encoder.width) = (self.layers, self.width)
        (settings.encoder.heads, settings.encoder.feedForward) = (self.heads, self.feedForward)
        settings.outOfScope = self.outOfScope
        if self.teacher != nil {
            var distillation = Distillation()
            (distillation.alpha, distillation.temperature) = (self.alpha, self.distillationTemperature)
            settings.distillation = distillation
        }
        return settings
    }

    private func writeReport(_ trainer: IntentTrainer) throws {
        try ReplacingFile.replace(
            "\(self.out)/report.json", with: JSONValue.object(trainer.report(data: self.data)).serialized() + "\n")
        let curve = LearningCurve(
            trainer.history, title: "Intents, \(self.turns) turns before the utterance, seed \(self.seed)")
        try ReplacingFile.replace("\(self.out)/learning-curve.svg", with: curve.svg)
    }

    private func finish(_ trainer: IntentTrainer) throws {
        guard let best = trainer.history.best else { return }
        // Whatever has become of the files since they were written.
        try trainer.best.write(to: self.out)
        switch self.output.format {
        case .json:
            try Console.json(.object(trainer.report(data: self.data).merging(["model": .string(self.out)]) { $1 }))
        case .text:
            try Console.line(
                "\(self.out): the model of epoch \(best + 1), right for \(Self.rounded(trainer.history.epochs[best].accuracy * 100, 2)) % of "
                    + "the development part; see report.json and learning-curve.svg there.")
        }
    }
}
