// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelTraining
internal import TaskModels

/// `autoglm calibrate`: probabilities that say how often a model of our own is right.
struct CalibrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate", abstract: "Make the probabilities of a model of your own say how often it is right.",
        discussion: """
            Example:
              autoglm calibrate intent --model intents --data dialogues/dev.jsonl --data others.jsonl
            """,
        subcommands: [CalibrateIntentCommand.self])
}

/// `autoglm calibrate intent`: the temperature and the threshold of an intent model.
struct CalibrateIntentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intent",
        abstract: "Fit the temperature of an intent model, and the threshold below which it believes nothing.",
        discussion: """
            Example:
              autoglm calibrate intent --model intents --data dialogues/dev.jsonl --data others.jsonl

            'train intent' fits both on the development part. Where the model will hear other dialogues, too, calibrate it by some of them \
            that it has not learnt from: each file counts as much, however long. The temperature rises with the share of pairs of words that \
            the model has not read in training, as far as these dialogues tell. The model in the folder is changed.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var threads: ComputeOptions

    @Option(help: "The model's folder.")
    var model: String

    @Option(help: "A file of dialogues, one in each line; may be given several times.")
    var data: [String]

    func run() async throws { try self.threads.withPool { try self.calibrate() } }

    private func calibrate() throws {
        let before = try IntentModel(folder: self.model)
        let parts = try self.data.map { try IntentExamples(path: $0, for: before) }
        let after = try before.calibrated(by: parts)
        let errors = try [before, after].map { model in
            try parts.map { try IntentEvaluation(model, $0).report.calibrationError }
        }
        try after.write(to: self.model)
        switch self.output.format {
        case .json:
            try Console.json([
                "temperature": .number(Double(after.temperature.known)),
                "novelty_slope": .number(Double(after.temperature.slope)),
                "threshold": .number(after.rejection.threshold),
                "ece_before": .array(errors[0].map { .number($0) }), "ece": .array(errors[1].map { .number($0) }),
            ])
        case .text:
            for (index, path) in self.data.enumerated() {
                func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
                try Console.line(
                    "\(path): calibration error on these utterances \(percent(errors[0][index])) before, \(percent(errors[1][index])) now."
                )
            }
            try Console.line(
                "Temperature \(after.temperature.known) for what is known, \(after.temperature(1)) for what is all new, threshold "
                    + "\(after.rejection.threshold).")
        }
    }
}
