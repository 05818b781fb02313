// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// `autoglm runs schedule`: has workers begin runs of a pipeline when its schedule says so.
struct RunsScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Have workers begin runs of a pipeline at the times under 'schedule' in its file.",
        discussion: """
            Example:
              autoglm runs schedule news.yaml --set topic=weather
              autoglm worker

            The pipeline is stored as it is now: schedule it again, under the same name, when the file has changed. Each time \
            becomes one run, however many workers there are. `autoglm runs schedules` lists what is scheduled.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var given: InputOptions

    @Option(help: "The schedule's name (default: the pipeline's).")
    var name: String?

    @Option(help: "On whose behalf the runs are; tenants get equal shares of the workers.")
    var tenant = "default"

    @Option(parsing: .unconditional, help: "Before which others of the tenant the runs come, the highest first.")
    var priority = 0

    @OptionGroup var plugins: PluginOptions

    @Argument(help: "The pipeline's YAML file.")
    var pipeline: String

    func run() async throws {
        let pipeline = try PipelineFile.read(self.pipeline, registry: .program(plugins: self.plugins.host()))
        guard var schedule = pipeline.schedule else {
            throw ValidationError(
                """
                The pipeline '\(pipeline.name)' has no schedule. Add one, such as 'schedule: {every: 1h}' or \
                'schedule: {cron: "0 7 * * mon-fri", timezone: Asia/Shanghai}'.
                """)
        }
        schedule.inputs.merge(try self.given.values(for: pipeline)) { _, given in given }
        try pipeline.check(inputs: schedule.inputs)
        let item = StoredSchedule(
            self.name ?? pipeline.name, try PipelineFile.source(of: pipeline, at: self.pipeline), schedule,
            tenant: self.tenant, priority: self.priority, after: Int(PipelineRunner.systemTime().components.seconds))
        try await self.store.open().schedules.add(item)
        switch self.output.format {
        case .json: try Console.json(ScheduleReport.json(item))
        case .text: try Console.line(ScheduleReport.line(item))
        }
    }
}

/// `autoglm runs schedules`: what begins by itself, and when next.
struct RunsSchedulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "List schedules, the next to come first.",
        discussion: """
            Example:
              autoglm runs schedules --output json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let items = try await self.store.open().schedules.schedules()
        switch self.output.format {
        case .json: try Console.json(["schedules": .array(items.map(ScheduleReport.json))])
        case .text:
            if items.isEmpty { Console.note("Nothing is scheduled in '\(self.store.place)'.") }
            for item in items { try Console.line(ScheduleReport.line(item)) }
        }
    }
}

/// `autoglm runs unschedule`: removes a schedule.
struct RunsUnscheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unschedule",
        abstract: "Remove a schedule; runs that it has begun stay.",
        discussion: """
            Example:
              autoglm runs unschedule news
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "The schedule's name.")
    var name: String

    func run() async throws {
        let schedules = try await self.store.open().schedules
        guard try await !schedules.remove(self.name) else {
            return Console.note("'\(self.name)' is not scheduled any more.")
        }
        let hint = NearestName.hint(for: self.name, in: try await schedules.schedules().map(\.name))
        throw CommandError(.badInput, "There is no schedule '\(self.name)'. \(hint)")
    }
}

/// Schedules, in words and as JSON.
private enum ScheduleReport {
    static func line(_ item: StoredSchedule) -> String {
        let next = Self.next(item).map { "next \($0)" } ?? "never again"
        return "\(item.name)  \(next)  \(item.schedule)  \(item.source.name) \(item.source.version)"
    }

    static func json(_ item: StoredSchedule) -> JSONValue {
        [
            "name": .string(item.name), "pipeline": .string(item.source.name), "version": .string(item.source.version),
            "when": .string("\(item.schedule)"), "missed": .string(item.schedule.missed.rawValue),
            "next_at": Self.next(item).map { .string($0) } ?? .null, "tenant": .string(item.tenant),
            "priority": .integer(item.priority),
        ]
    }

    private static func next(_ item: StoredSchedule) -> String? {
        item.next.map { RunReport.text(Date(timeIntervalSince1970: Double($0))) }
    }
}
