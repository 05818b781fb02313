// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Experiments
internal import InferenceEngine
internal import LLMCore

/// `autoglm experiment simulate`: runs a definition many times with known truth.
struct ExperimentSimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run a definition many times with known truth, to plan it.",
        discussion: """
            Example:
              autoglm experiment simulate Examples/experiments/answer-length.yaml --runs 500

            The first metric needs 'baseline' (a mean also 'deviation') and 'minimum-effect' in the definition. Shown are how \
            often a difference is found that is not there, how often and how soon one of the minimum effect is, and what \
            a test that looks once would need. With an adaptive allocation the second arm is better by the minimum effect, and \
            shown is how soon that is known.
            """)

    @Option(help: ArgumentHelp("How many runs.", valueName: "n"))
    var runs = 500

    @Option(
        help: ArgumentHelp(
            "How many units a run has at most; by default twice what a fixed test needs.", valueName: "n"))
    var units: Int?

    @Option(help: ArgumentHelp("The effect to find instead of the definition's.", valueName: "x"))
    var effect: Double?

    @Option(help: ArgumentHelp("Where chance begins.", valueName: "n"))
    var seed: UInt64 = 1

    @OptionGroup var output: OutputOptions

    @Argument(help: "The definition's YAML file.")
    var file: String

    func validate() throws {
        guard (1...1_000_000).contains(self.runs), (1...100_000_000).contains(self.units ?? 1) else {
            throw ValidationError("--runs lies from 1 to 1000000, --units from 1 to 100000000.")
        }
    }

    func run() throws {
        let experiment = try ExperimentFile.read(self.file)
        guard let metric = experiment.metrics.first else {
            throw CommandError(.badInput, "'\(self.file)' has no metric to simulate.")
        }
        let model = try OutcomeModel(metric)
        guard let effect = self.effect ?? metric.minimumEffect.map({ $0 * metric.goal.sign }), effect != 0 else {
            throw CommandError(
                .badInput, "Metric '\(metric.name)' has no 'minimum-effect'; write it there or give --effect.")
        }
        let plan = SimulationPlan(
            experiment: experiment, model: model, effect: effect, runs: self.runs, limit: self.units)
        var generator = SeededGenerator(seed: self.seed)
        let report = experiment.allocation == .fixed ? plan.sequential(&generator) : plan.bestArm(&generator)
        switch self.output.format {
        case .text: for line in report.lines { try Console.line(line) }
        case .json: try Console.json(report.json)
        }
    }
}
