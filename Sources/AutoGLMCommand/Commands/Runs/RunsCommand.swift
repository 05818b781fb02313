// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `autoglm runs`: what was run, and what is under way.
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List, show, replay, answer, retry, cancel, prune and schedule stored runs.",
        discussion: """
            Example:
              autoglm runs list --state interrupted
              autoglm runs show 01k8

            A run is named by its name or by any beginning that no other has.
            """,
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsReplayCommand.self, RunsAnswerCommand.self,
            RunsQueueCommand.self, RunsRetryCommand.self, RunsCancelCommand.self, RunsPruneCommand.self,
            RunsScheduleCommand.self, RunsSchedulesCommand.self, RunsUnscheduleCommand.self,
        ])
}
