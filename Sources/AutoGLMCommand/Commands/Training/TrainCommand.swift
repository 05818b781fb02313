// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `autoglm train`: models of our own.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train a small model of your own.",
        discussion: """
            Example:
              autoglm train intent --data dialogues --out intents
              autoglm evaluate intent --model intents --data dialogues/test.jsonl
              autoglm train launch --processes 2 -- intent --data dialogues --out intents
            """,
        subcommands: [
            TrainIntentCommand.self, TrainGraphCommand.self, TrainSampleCommand.self, TrainLaunchCommand.self,
            TrainMeasureCommand.self, TrainStudentCommand.self, TrainLabelsCommand.self, TrainCascadeCommand.self,
        ])
}

/// `autoglm evaluate`: how good a model of our own is.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Judge a model of your own by data that it has not seen.",
        discussion: """
            Example:
              autoglm evaluate intent --model intents --data dialogues/test.jsonl
            """,
        subcommands: [EvaluateIntentCommand.self, EvaluateGraphCommand.self, EvaluateCascadeCommand.self])
}
