// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFiles
internal import ModelTraining
internal import OrderedCollections
internal import TaskModels

/// `autoglm train student`: the smallest model that follows a teacher well enough.
struct TrainStudentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "student",
        abstract: "Look for the smallest intent model that follows a larger one well enough, and train it.",
        discussion: """
            Example:
              autoglm train student --teacher intents --data dialogues --out student

            Shapes are tried from the smallest on, each for --search-epochs, until one keeps --keep of the teacher's accuracy on the \
            development part at a tenth of its size and time (--at-most). That one is trained for --epochs. The output folder gets \
            what 'autoglm train intent' writes, and search.json with what was tried.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var threads: ComputeOptions

    @Option(help: "The folder of the model to follow.")
    var teacher: String

    @Option(help: "The folder with train.jsonl and dev.jsonl.")
    var data: String

    @Option(help: "The folder for the model; it is made where it is missing.")
    var out: String

    @Option(help: "The share of the teacher's accuracy that a student keeps.")
    var keep = StudentSearch.Limits().accuracy

    @Option(help: "The most of the teacher's size, and of its time, that a student takes.")
    var atMost = StudentSearch.Limits().size

    @Option(help: "How often everything is read for a shape that is tried.")
    var searchEpochs = 2

    @Option(help: "How often everything is read for the one that is taken.")
    var epochs = 6

    @Option(help: "The highest learning rate.")
    var rate: Float = 3e-3

    @Option(help: "The most subwords.")
    var vocabularySize = 2000

    @Option(help: "How many buckets the utterance's n-grams have; 0 for none. (default: an eighth of the teacher's)")
    var ngrams: Int?

    @Option(help: "How often at least an intent must be in train.jsonl to be learnt.")
    var minimumExamples = IntentTrainingSettings().minimumExamples

    @Option(help: "How much the right intents count beside the teacher, from 0 to 1.")
    var alpha: Float = 0.1

    @Option(help: "What logits are divided by when the teacher is followed.")
    var distillationTemperature = Distillation().temperature

    @Option(help: "What everything random depends on.")
    var seed = IntentTrainingSettings().seed

    func validate() throws {
        guard (0...1).contains(self.keep), self.atMost > 0, (1...1000).contains(self.searchEpochs) else {
            throw ValidationError("--keep is from 0 to 1, --at-most above 0, --search-epochs from 1 to 1,000.")
        }
    }

    func run() async throws { try self.threads.withPool { try self.train() } }

    private func train() throws {
        let files = TrainingFolder(self.data)
        let speaker = LeadingSpeaker(LoneProcess())
        defer { speaker.endBar() }
        let teacher = try IntentModel(folder: self.teacher)
        let training = try DialogueFile.dialogues(path: files.training)
        let development = try DialogueFile.dialogues(path: files.development)
        let answers = try TeacherAnswers(by: teacher, of: training) {
            speaker.show("Asking the teacher", "Asking the teacher", $0, of: $1)
        }
        var settings = self.settings(teacher)
        settings.epochs = self.searchEpochs
        var limits = StudentSearch.Limits()
        (limits.accuracy, limits.size, limits.latency) = (self.keep, self.atMost, self.atMost)
        let search = try StudentSearch(
            for: teacher, answers, settings, limits: limits, training: training, development: development
        ) { shape, progress in
            let name = "Trying \(shape.layers) × \(shape.width)"
            speaker.show(name, "\(name), epoch \(progress.epoch)", progress.step, of: progress.steps)
        }
        guard let best = search.best else { return }
        self.tell(search, speaker)
        try FilePath.makeFolders(self.out)
        try ReplacingFile.replace("\(self.out)/search.json", with: search.json.serialized() + "\n")
        (settings.encoder, settings.epochs, settings.patience) = (best.shape, self.epochs, self.epochs)
        let trainer = try IntentTrainer(settings, training: training, development: development, answers: answers)
        var session = TrainingSession(
            trainer, data: self.data, out: self.out,
            title: "A student of \(best.shape.layers) × \(best.shape.width), seed \(self.seed)", speaker)
        let done = try session.run(restart: false) { _ in
            "Taking \(best.shape.layers) layer(s) of \(best.shape.width) numbers, \(best.weights) weights."
        } result: {
            "dev accuracy \(($0.accuracy * 100).rounded(toPlaces: 2)) %, "
        }
        if let done { try self.report(done, search) }
    }

    private func settings(_ teacher: IntentModel) -> IntentTrainingSettings {
        var settings = IntentTrainingSettings()
        (settings.turns, settings.rate, settings.seed) = (teacher.turns, self.rate, self.seed)
        (settings.dropout, settings.hiddenPieces) = (0.05, 0.02)
        (settings.vocabularySize, settings.minimumExamples) = (self.vocabularySize, self.minimumExamples)
        // At a tenth of the teacher's size, most of which may be its table.
        settings.ngrams = self.ngrams ?? teacher.ngrams / 8
        settings.outOfScope = teacher.rejection.label ?? settings.outOfScope
        var distillation = Distillation()
        (distillation.alpha, distillation.temperature) = (self.alpha, self.distillationTemperature)
        settings.distillation = distillation
        return settings
    }

    private func tell(_ search: StudentSearch, _ speaker: LeadingSpeaker) {
        for candidate in [search.teacher] + search.candidates {
            speaker.note(
                "\(candidate.shape.layers) × \(candidate.shape.width): dev accuracy \((candidate.accuracy * 100).rounded(toPlaces: 2)) %, "
                    + "\(candidate.weights) weights, \(candidate.latency) ms\(search.keeps(candidate) ? ": keeps to the limits" : "")."
            )
        }
    }

    private func report(_ trainer: IntentTrainer, _ search: StudentSearch) throws {
        var report = trainer.report(data: self.data)
        (report["model"], report["search"]) = (.string(self.out), search.json)
        switch self.output.format {
        case .json: try Console.json(.object(report))
        case .text:
            let accuracy = trainer.history.best.map { trainer.history.epochs[$0].accuracy } ?? 0
            try Console.line(
                "\(self.out): right for \((accuracy * 100).rounded(toPlaces: 2)) % of the development part, the teacher for "
                    + "\((search.teacher.accuracy * 100).rounded(toPlaces: 2)) %; see search.json there.")
        }
    }
}
