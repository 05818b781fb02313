// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelTraining
internal import OrderedCollections
internal import TaskModels

/// `autoglm export`: models of our own for other programs.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a model of your own for other programs.",
        discussion: """
            Example:
              autoglm export intent --model intents --out intents.onnx
            """,
        subcommands: [ExportIntentCommand.self])
}

/// `autoglm export intent`: an intent model as ONNX.
struct ExportIntentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intent",
        abstract: "Write an intent model as ONNX (operator set 17).",
        discussion: """
            Example:
              autoglm export intent --model intents --out intents.onnx
              autoglm export intent --model intents --int8 --out intents-int8.onnx
              autoglm export intent --model intents --int8 --calibration dialogues/dev.jsonl --out intents-int8.onnx

            Inputs are pieces, places, distances, speakers and mask, int64 of batch × length: subwords by vocabulary.json, their places in the \
            turn from 1, how many turns ago, 0 for the user and 1 for the system, and 1 for what is there; the first is 1 at place 0, and \
            each turn, the last first, ends with 2 at place 0. A model with n-grams also has the input ngrams, int64 of batch × buckets: \
            those of the utterance, each once, filled up with the number of buckets ('ngrams' in the metadata); docs/training.md says \
            how a bucket is found. A model whose temperature rises with what is new has the input novelty, floats of batch: the share of \
            pairs of words that known-pairs.bin does not have. Outputs are logits and probabilities; the file names the intents in its \
            metadata, 'labels'. With --int8, dense layers have weights of 8 bits with a scale for each output; the scale of what comes in \
            is found while it is computed, or, with --calibration, from dialogues beforehand.
            """)

    @OptionGroup var output: OutputOptions

    @Option(help: "The model's folder.")
    var model: String

    @Option(help: "The file to write; one that is there is replaced.")
    var out: String

    @Flag(help: "Compute dense layers in 8 bits.")
    var int8 = false

    @Option(help: "A file of dialogues that tell which numbers come into layers (with --int8).")
    var calibration: String?

    /// The most utterances that ranges are taken from.
    private static let calibratingUtterances = 1000

    func validate() throws {
        if self.calibration != nil, !self.int8 { throw ValidationError("--calibration is for --int8; give both.") }
    }

    private func precision(_ model: IntentModel) throws -> ONNXPrecision {
        guard self.int8 else { return .float }
        guard let calibration else { return .dynamicInt8 }
        let inputs = try IntentExamples(path: calibration, for: model).inputs
        return .calibratedInt8(model.inputRanges(of: inputs.prefix(Self.calibratingUtterances)))
    }

    func run() async throws {
        let model = try IntentModel(folder: self.model)
        var export = try IntentModelExport(model, self.precision(model))
        try export.write(to: self.out)
        let size = FilePath.size(self.out) ?? 0
        switch self.output.format {
        case .json:
            try Console.json([
                "output": .string(self.out), "size_bytes": .integer(size), "int8": .bool(self.int8),
                "calibrated": .bool(self.calibration != nil),
            ])
        case .text: try Console.line("\(self.out): \((Double(size) / 1e4).rounded() / 100) MB.")
        }
    }
}
