// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import RunStorage

/// `autoglm runs show`: a run's flow, with times.
struct RunsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a run: its steps with their times, what came out, or why it failed.",
        discussion: """
            Example:
              autoglm runs show 01k8
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Option(parsing: .unconditional, help: "The most steps to show.")
    var limit = 200

    @Argument(help: "The run's name, or its beginning.")
    var run: String

    func validate() throws {
        guard self.limit > 0 else { throw ValidationError("--limit is \(self.limit); it must be 1 or more.") }
    }

    func run() async throws {
        let store = try await self.store.open().runs
        let run = try await store.run(self.run)
        let steps = try await store.steps(of: run.summary.id, from: 0, limit: self.limit)
        switch self.output.format {
        case .json: try Console.json(RunReport.json(run, steps: steps))
        case .text: try RunDrawing(run: run, steps: steps).write()
        }
    }
}
