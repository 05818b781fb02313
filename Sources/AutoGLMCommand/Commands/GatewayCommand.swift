// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelGateway

/// `autoglm gateway`: what is done with configurations of models besides serving them.
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Check configurations of models, and show what was asked of them.",
        discussion: """
            Example:
              autoglm gateway check --config autoglm.yaml
              autoglm gateway usage --config autoglm.yaml
            """,
        subcommands: [GatewayCheckCommand.self, GatewayUsageCommand.self])
}

/// `autoglm gateway check`: finds everything that is wrong with a configuration, without asking any model.
struct GatewayCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find everything that is wrong with a configuration of models, without asking any model.",
        discussion: """
            Example:
              autoglm gateway check --config autoglm.yaml

            Variables of the environment (AUTOGLM_MODELS__NAME__KEY) count as they would for a server. Everything that is \
            wrong is shown with its line and column; the exit status is then 1. See docs/gateway.md.
            """)

    @Option(help: ArgumentHelp("The configuration's YAML file.", valueName: "file"))
    var config = "autoglm.yaml"

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let configuration = try ServedConfiguration(
            path: self.config, environment: Settings.environment, plugins: self.plugins.host()
        ).models
        switch self.output.format {
        case .text: try Console.line("valid: \(configuration.names.joined(separator: ", "))")
        case .json:
            try Console.json(["valid": true, "models": .array(configuration.names.map { .string($0) })])
        }
    }
}
