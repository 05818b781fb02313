// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `autoglm traces`: what was done for recent requests.
struct TracesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traces",
        abstract: "List recent traces, and show one as a tree.",
        discussion: """
            Example:
              autoglm traces list --errors
              autoglm traces show 3f2a

            `autoglm serve --telemetry` keeps them. A trace is named by its name or by any beginning that no other has.
            """,
        subcommands: [TracesListCommand.self, TracesShowCommand.self])
}
