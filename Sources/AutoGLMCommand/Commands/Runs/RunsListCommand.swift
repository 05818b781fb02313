// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import RunStorage

/// `autoglm runs list`: the latest runs.
struct RunsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List runs, the latest first.",
        discussion: """
            Example:
              autoglm runs list --state failed --pipeline task-flow
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only runs in this state; may be given several times.")
    var state: [Choice<RunState>] = []

    @Option(help: "Only runs of the pipeline of this name.")
    var pipeline: String?

    @Option(parsing: .unconditional, help: "The most runs to list.")
    var limit = 50

    func validate() throws {
        guard self.limit > 0 else { throw ValidationError("--limit is \(self.limit); it must be 1 or more.") }
    }

    func run() async throws {
        let filter = RunFilter(states: Set(self.state.map(\.value)), pipeline: self.pipeline, limit: self.limit)
        let runs = try await self.store.open().runs.runs(filter)
        switch self.output.format {
        case .json: try Console.json(["runs": .array(runs.map { RunReport.json($0) })])
        case .text:
            if runs.isEmpty { Console.note("There are no such runs in '\(self.store.place)'.") }
            for run in runs { try Console.line(RunReport.line(run)) }
        }
    }
}
