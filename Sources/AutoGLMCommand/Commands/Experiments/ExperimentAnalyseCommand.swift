// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Experiments
internal import LLMCore

/// `autoglm experiment analyse`: says what outcomes show.
struct ExperimentAnalyseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyse",
        abstract: "Say what outcomes show, with intervals that stay valid while one looks.",
        discussion: """
            Example:
              autoglm experiment analyse Examples/experiments/answer-length.yaml --data outcomes.csv

            The data are comma-separated values with a first row of names, or a JSON object a line (.jsonl): 'unit', 'arm', \
            the metrics and the covariates, a unit a row, in the order in which units arrived. Further rows of a unit are \
            left out and counted.
            """)

    @Option(
        help: ArgumentHelp(
            "The outcomes: .csv or .jsonl; - reads comma-separated values from standard input.", valueName: "file"))
    var data: String

    @Option(help: ArgumentHelp("The metric whose interval is drawn; by default the first.", valueName: "name"))
    var metric: String?

    @Option(help: ArgumentHelp("How many looks are drawn.", valueName: "n"))
    var looks = 12

    @OptionGroup var output: OutputOptions

    @Argument(help: "The definition's YAML file.")
    var file: String

    func validate() throws {
        guard (1...1_000).contains(self.looks) else { throw ValidationError("--looks lies from 1 to 1000.") }
    }

    func run() throws {
        let experiment = try ExperimentFile.read(self.file)
        let names = experiment.metrics.map(\.name)
        if let metric, !names.contains(metric) {
            throw CommandError(.badInput, "There is no metric '\(metric)'. \(NearestName.hint(for: metric, in: names))")
        }
        let text = try self.data == "-" ? InputFile.standardInputText() : InputFile.text(path: self.data)
        let format = self.data.hasSuffix(".jsonl") ? OutcomeFile.Format.jsonl : .csv
        let outcomes = try OutcomeFile(text, format: format, for: experiment)
        let history = try OutcomeHistory(outcomes.rows, of: experiment, looks: self.looks)
        let report = AnalysisReport(
            experiment: experiment, history: history, repetitions: outcomes.repetitions,
            drawn: self.metric ?? names.first)
        switch self.output.format {
        case .text: for line in report.lines { try Console.line(line) }
        case .json: try Console.json(report.json)
        }
    }
}
