// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFiles
internal import ModelTraining
internal import OrderedCollections
internal import TaskModels

/// `autoglm train intent`: what users want, from dialogues.
struct TrainIntentCommand: WatchedTraining {
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

            The output folder gets the model (config.json, vocabulary.json, known-pairs.bin, model.safetensors), report.json, \
            learning-curve.svg, and checkpoint.safetensors, from which the same command goes on after Ctrl-C or a kill.

            Several processes train together where mpirun starts them (see autoglm train launch): each reads its part of a step, and \
            what they learn is what one would.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var threads: ComputeOptions
    @OptionGroup(title: "Several processes") var parallel: ParallelOptions
    @OptionGroup(title: "Catalogue") var registration: RegistrationOptions

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

    @Option(
        help: ArgumentHelp(
            "How many buckets the utterance's n-grams have; 0 for none. (default: \(IntentTrainingSettings.usualNGrams) with --turns 0, else 0)"
        ))
    var ngrams: Int?

    @Option(help: "How often at least an intent must be in train.jsonl to be learnt.")
    var minimumExamples = IntentTrainingSettings().minimumExamples

    @Option(help: "What everything random depends on.")
    var seed = IntentTrainingSettings().seed

    @Option(help: "The intent that stands for everything else, where train.jsonl has it.")
    var outOfScope = "oos"

    @Option(help: "The folder of a larger model that this one learns from as well (distillation).")
    var teacher: String?

    @Option(help: "A file of what another teacher says of train.jsonl, as 'autoglm train labels' writes it.")
    var softLabels: String?

    @Option(help: "How much the right intents count beside the teacher, from 0 to 1.")
    var alpha = Distillation().alpha

    @Option(help: "What logits are divided by when the teacher is followed.")
    var distillationTemperature = Distillation().temperature

    @Flag(help: "Begin anew, whatever checkpoint there is.")
    var restart = false

    func validate() throws {
        if self.teacher != nil, self.softLabels != nil {
            throw ValidationError("--teacher and --soft-labels are two teachers; name one.")
        }
    }

    var title: String { "Intents, \(self.turns) turns before the utterance, seed \(self.seed)" }

    func trainer(_ files: TrainingFolder, _ parallel: DataParallel, _ speaker: LeadingSpeaker) throws -> IntentTrainer {
        let training = try DialogueFile.dialogues(path: files.training)
        return try IntentTrainer(
            self.settings, training: training, development: DialogueFile.dialogues(path: files.development),
            answers: self.answers(of: training, parallel.group, speaker), parallel: parallel)
    }

    func introduction(_ trainer: IntentTrainer) -> String {
        let counts = trainer.exampleCounts
        return "\(counts.training) utterances to learn from, \(counts.development) to judge by, "
            + "\(trainer.best.labels.count) intents, \(trainer.best.vocabulary.pieces.count) subwords."
    }

    func result(_ epoch: TrainingHistory.Epoch) -> String {
        "dev accuracy \((epoch.accuracy * 100).rounded(toPlaces: 2)) %, "
    }

    func summary(_ epoch: TrainingHistory.Epoch) -> String {
        "right for \((epoch.accuracy * 100).rounded(toPlaces: 2)) % of the development part"
    }

    /// What is followed beside the right intents, if anything.
    private func answers(
        of training: [LabelledDialogue], _ group: any ProcessGroup, _ speaker: LeadingSpeaker
    ) throws -> TeacherAnswers? {
        if let softLabels { return try TeacherAnswers(path: softLabels) }
        guard let teacher else { return nil }
        return try TeacherAnswers(by: IntentModel(folder: teacher), of: training, in: group) {
            speaker.show("Asking the teacher", "Asking the teacher", $0, of: $1)
        }
    }

    private var settings: IntentTrainingSettings {
        var settings = IntentTrainingSettings()
        (settings.turns, settings.epochs, settings.patience) = (self.turns, self.epochs, self.patience)
        (settings.batch, settings.rate, settings.dropout) = (self.batch, self.rate, self.dropout)
        (settings.hiddenPieces, settings.vocabularySize) = (self.hiddenPieces, self.vocabularySize)
        settings.ngrams = self.ngrams ?? (self.turns == 0 ? IntentTrainingSettings.usualNGrams : 0)
        (settings.minimumExamples, settings.seed) = (self.minimumExamples, self.seed)
        (settings.encoder.layers, settings.encoder.width) = (self.layers, self.width)
        (settings.encoder.heads, settings.encoder.feedForward) = (self.heads, self.feedForward)
        settings.outOfScope = self.outOfScope
        if self.teacher != nil || self.softLabels != nil {
            var distillation = Distillation()
            (distillation.alpha, distillation.temperature) = (self.alpha, self.distillationTemperature)
            settings.distillation = distillation
        }
        return settings
    }
}
