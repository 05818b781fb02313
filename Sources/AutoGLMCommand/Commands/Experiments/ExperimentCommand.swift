// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Experiments
internal import LLMCore
internal import SourceDocuments

/// `autoglm experiment`: what is done with definitions of experiments and with their outcomes.
struct ExperimentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiment",
        abstract: "Check, plan and analyse experiments, and look at those that are served.",
        discussion: """
            Example:
              autoglm experiment validate Examples/experiments/answer-length.yaml
              autoglm experiment assign Examples/experiments/answer-length.yaml --user anna
              autoglm experiment report answer-length

            `list`, `show` and `report` look at the experiments that `autoglm serve` runs. docs/experiments.md describes definitions and what the statistics promise.
            """,
        subcommands: [
            ExperimentValidateCommand.self, ExperimentAssignCommand.self, ExperimentSimulateCommand.self,
            ExperimentAnalyseCommand.self, ExperimentListCommand.self, ExperimentShowCommand.self,
            ExperimentReportCommand.self,
        ],
        aliases: ["experiments"])
}

/// A definition's file.
enum ExperimentFile {
    /// Reads a definition.
    ///
    /// - Throws: `ExperimentError` with a line for everything that is wrong.
    static func read(_ path: String) throws -> Experiment {
        try Experiment(yaml: InputFile.text(path: path), file: path)
    }
}

/// `autoglm experiment validate`: finds everything that is wrong with a definition.
struct ExperimentValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Find everything that is wrong with a definition.",
        discussion: """
            Example:
              autoglm experiment validate Examples/experiments/answer-length.yaml

            Everything that is wrong is shown with its line and column; the exit status is then 1.
            """)

    @OptionGroup var output: OutputOptions

    @Argument(help: "The definition's YAML file.")
    var file: String

    func run() throws {
        let (experiment, issues) = Experiment.read(yaml: try InputFile.text(path: self.file), file: self.file)
        guard let experiment, issues.isEmpty else {
            switch self.output.format {
            case .text: for issue in issues { try Console.line(issue.message) }
            case .json: try Console.json(["valid": false, "issues": .array(issues.map { .string($0.message) })])
            }
            throw ExitCode(ExitStatus.failure)
        }
        let arms = experiment.arms.map { "\($0.name) \(Self.percent($0.weight))" }
        switch self.output.format {
        case .text:
            try Console.line("valid: \(experiment.name), \(arms.joined(separator: ", "))")
        case .json:
            try Console.json([
                "valid": true, "experiment": .string(experiment.name), "issues": [],
                "arms": .array(experiment.arms.map { ["name": .string($0.name), "weight": .number($0.weight)] }),
            ])
        }
    }

    private static func percent(_ share: Double) -> String { "\((share * 100).formatted(digits: 3)) %" }
}

/// `autoglm experiment assign`: says which arm a user gets.
struct ExperimentAssignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign",
        abstract: "Say which arm a user gets, and why.",
        discussion: """
            Example:
              autoglm experiment assign Examples/experiments/answer-length.yaml --user anna
              autoglm experiment assign FILE --user anna --attributes '{"country": "DE"}' --output json

            The arm follows from the seed and the user's name alone, the same on every machine.
            """)

    @Option(help: ArgumentHelp("The user, session or request; may be given several times.", valueName: "id"))
    var user: [String] = []

    @Option(help: ArgumentHelp("What the condition asks about, as a JSON object.", valueName: "json"))
    var attributes = "{}"

    @OptionGroup var output: OutputOptions

    @Argument(help: "The definition's YAML file.")
    var file: String

    func validate() throws {
        guard !self.user.isEmpty else { throw ValidationError("Give --user.") }
    }

    func run() async throws {
        let assigner = Assigner(experiment: try ExperimentFile.read(self.file))
        guard let attributes = try? JSONValue(parsing: self.attributes), attributes.objectValue != nil else {
            throw ValidationError("--attributes must be a JSON object.")
        }
        var rows: [JSONValue] = []
        for user in self.user {
            let assignment = try await assigner.assign(user, attributes: attributes)
            rows.append(assignment.json)
            if self.output.format == .text {
                try Console.line(
                    "\(user): \(assignment.arm ?? "takes no part") (\(assignment.reason.rawValue), \(assignment.bucket))"
                )
            }
        }
        if self.output.format == .json { try Console.json(["assignments": .array(rows)]) }
    }
}
