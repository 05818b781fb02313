// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import RunStorage

/// `autoglm runs queue`: what is in line.
struct RunsQueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "List the runs in line for workers, and those set aside, in the order of entry.",
        discussion: """
            Example:
              autoglm runs queue
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Only runs that were set aside.")
    var setAside = false

    @Option(parsing: .unconditional, help: "The most runs to list.")
    var limit = 50

    func validate() throws {
        guard self.limit > 0 else { throw ValidationError("--limit is \(self.limit); it must be 1 or more.") }
    }

    func run() async throws {
        let all = try await self.store.open().queue.entries(limit: self.setAside ? .max : self.limit)
        let entries = all.filter { !self.setAside || $0.asideReason != nil }.prefix(self.limit)
        switch self.output.format {
        case .json: try Console.json(["queue": .array(entries.map(Self.json))])
        case .text:
            if entries.isEmpty { Console.note("Nothing is in line in '\(self.store.place)'.") }
            for entry in entries { try Console.line(Self.line(entry)) }
        }
    }

    private static func state(_ entry: QueueEntry) -> String {
        if entry.asideReason != nil { return "set aside" }
        return entry.worker == nil ? "in line" : "at work"
    }

    private static func line(_ entry: QueueEntry) -> String {
        let parts = [
            entry.ticket.run, Self.state(entry).padding(to: 9), entry.ticket.tenant,
            "priority \(entry.ticket.priority)", "delivered \(entry.deliveries) times",
            entry.asideReason ?? entry.worker.map { "by \($0)" },
        ]
        return parts.compactMap(\.self).joined(separator: "  ")
    }

    private static func json(_ entry: QueueEntry) -> JSONValue {
        [
            "run": .string(entry.ticket.run), "state": .string(Self.state(entry)),
            "tenant": .string(entry.ticket.tenant), "priority": .integer(entry.ticket.priority),
            "deliveries": .integer(entry.deliveries), "worker": entry.worker.map { .string($0) } ?? .null,
            "reason": entry.asideReason.map { .string($0) } ?? .null,
        ]
    }
}

/// `autoglm runs retry`: puts runs in line that are not.
struct RunsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Put failed, interrupted and set-aside runs in line for workers again.",
        discussion: """
            Example:
              autoglm runs retry 01k8
              autoglm runs retry --failed --pipeline news

            A run goes on from its journal: no step that is recorded is done again. One that was set aside keeps its tenant and \
            its priority; the others get those given here.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "All runs that were set aside.")
    var setAside = false

    @Flag(help: "All failed runs, such as after an outage; runs set aside are among them.")
    var failed = false

    @Option(help: "With --failed: only runs of the pipeline of this name.")
    var pipeline: String?

    @Option(help: "On whose behalf; tenants get equal shares of the workers.")
    var tenant = "default"

    @Option(parsing: .unconditional, help: "Before which others of the tenant they come, the highest first.")
    var priority = 0

    @Argument(help: "The runs' names, or their beginnings.")
    var runs: [String] = []

    func validate() throws {
        guard !self.runs.isEmpty || self.setAside || self.failed else {
            throw ValidationError("Name runs, or give --set-aside or --failed.")
        }
        if self.pipeline != nil, !self.failed { throw ValidationError("--pipeline is for --failed.") }
    }

    func run() async throws {
        let store = try await self.store.open()
        var names: [String] = []
        for run in self.runs { names.append(try await self.name(of: run, in: store)) }
        if self.setAside {
            names += try await store.queue.entries(limit: .max).filter { $0.asideReason != nil }.map(\.ticket.run)
        }
        if self.failed {
            let filter = RunFilter(states: [.failed], pipeline: self.pipeline, limit: .max)
            // The oldest comes first again.
            names += try await store.runs.runs(filter).map(\.id).reversed()
        }
        var seen = Set<String>()
        names = names.filter { seen.insert($0).inserted }
        for name in names where try await !store.queue.restore(name) {
            try await store.queue.enqueue(RunTicket(name, tenant: self.tenant, priority: self.priority))
        }
        switch self.output.format {
        case .json: try Console.json(["runs": .array(names.map { .string($0) })])
        case .text: try Console.line("\(names.count == 1 ? "1 run is" : "\(names.count) runs are") in line")
        }
    }

    /// The whole name of a run that can go on.
    private func name(of beginning: String, in store: OpenStore) async throws -> String {
        let run = try await store.runs.run(beginning).summary
        guard !run.state.isFinal else {
            throw CommandError(.badInput, "The run '\(run.id)' has ended (\(run.state.rawValue)); begin a new one.")
        }
        return run.id
    }
}
