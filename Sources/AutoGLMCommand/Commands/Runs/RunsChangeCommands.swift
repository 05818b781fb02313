// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import RunStorage

/// `autoglm runs answer`: tells a run what it waits for.
struct RunsAnswerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer",
        abstract: "Answer what a run waits for.",
        discussion: """
            Example:
              autoglm runs answer 01k8 approve yes && autoglm run --resume 01k8

            The answer is JSON, or else a text as it is. With --enqueue a worker takes the run up again.
            """)

    @OptionGroup var store: StoreOptions

    @Flag(help: "Put the run in line for a worker.")
    var enqueue = false

    @Argument(help: "The run's name, or its beginning.")
    var run: String

    @Argument(help: "The step that waits; `autoglm runs show` names it.")
    var key: String

    @Argument(help: "The answer.")
    var answer: String

    func run() async throws {
        let store = try await self.store.open()
        let id = try await store.name(self.run)
        let value = (try? JSONValue(parsing: self.answer)) ?? .string(self.answer)
        try await store.runs.answer(value, to: StepKey(rawValue: self.key), of: id)
        if self.enqueue { try await store.queue.enqueue(RunTicket(id)) }
        Console.note(self.enqueue ? "Answered; \(id) is in line." : "Answered; go on with: autoglm run --resume \(id)")
    }
}

/// `autoglm runs cancel`: ends a run for good.
struct RunsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End a run for good; it cannot be resumed.",
        discussion: """
            Example:
              autoglm runs cancel 01k8

            A process that is at work on the run ends it within a second or, where a step does not listen, after that step.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The run's name, or its beginning.")
    var run: String

    func run() async throws {
        let store = try await self.store.open()
        let id = try await store.name(self.run)
        let state = try await store.runs.cancel(id)
        _ = try await store.queue.cancel(id)
        switch self.output.format {
        case .json: try Console.json(["id": .string(id), "state": .string(state.rawValue)])
        case .text:
            try Console.line(state == .cancelled ? "\(id) is cancelled" : "\(id) is at work and has been asked to end")
        }
    }
}

/// `autoglm runs prune`: removes old runs.
struct RunsPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove ended runs, the oldest first.",
        discussion: """
            Example:
              autoglm runs prune --older-than 30d --keep 1000 --max-size 500MB

            Runs that can still go on (queued, waiting, running, interrupted) are never removed; failed ones are.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Remove runs that ended longer ago than this, such as 90s, 15m, 12h or 30d.")
    var olderThan: TimeArgument?

    @OptionGroup var limits: RetentionLimits

    func validate() throws {
        guard self.olderThan != nil || !self.limits.isEmpty else {
            throw ValidationError("Say what to remove: --older-than, --keep or --max-size.")
        }
    }

    func run() async throws {
        let report = try await self.store.open().runs.prune(self.limits.policy(maximumAge: self.olderThan))
        switch self.output.format {
        case .json:
            try Console.json([
                "removed_runs": .integer(report.removedRuns), "removed_values": .integer(report.removedValues),
                "bytes": .integer(report.bytes),
            ])
        case .text: try Console.line("\(report.removedRuns) runs removed; \(report.bytes) bytes are in use")
        }
    }
}
