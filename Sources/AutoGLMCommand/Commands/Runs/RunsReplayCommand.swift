// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade

/// `autoglm runs replay`: does a run once more from its journal, and compares.
struct RunsReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Do a run once more from its journal, without models or effects, and compare.",
        discussion: """
            Example:
              autoglm runs replay 01k8

            Steps that change nothing (prompts, parsers) are done again; the outcomes of all others come from the journal. \
            The exit status is 1 where anything differs.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var plugins: PluginOptions

    @Argument(help: "The run's name, or its beginning.")
    var run: String

    func run() async throws {
        let report = try await RunReplay(
            store: await self.store.open().runs, registry: .program(plugins: self.plugins.host())
        ).replay(self.run)
        let differences = report.differences
        switch self.output.format {
        case .json:
            try Console.json([
                "same": .bool(differences.isEmpty), "recalled_steps": .integer(report.recalledSteps),
                "repeated_steps": .integer(report.repeatedSteps),
                "differences": .array(
                    differences.map {
                        ["key": $0.key.map { .string($0.rawValue) } ?? .null, "message": .string($0.message)]
                    }),
            ])
        case .text:
            for difference in differences {
                try Console.line("\(difference.key?.rawValue ?? "output"): \(difference.message)")
            }
            let found = differences.isEmpty ? "the same" : "\(differences.count) differences"
            try Console.line(
                "\(found): \(report.repeatedSteps) steps done again, \(report.recalledSteps) taken from the journal")
        }
        if !differences.isEmpty { throw ExitCode(ExitStatus.failure) }
    }
}
