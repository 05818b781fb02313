// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import Observability
internal import RunStorage

/// `autoglm traces list`: the latest traces.
struct TracesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List traces, the latest first.",
        discussion: """
            Example:
              autoglm traces list --errors
              autoglm traces list --slower-than 500 --name chat
            """)

    @OptionGroup var store: TelemetryStoreOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Only traces in which something failed.")
    var errors = false

    @Option(help: "Only traces that took at least so many milliseconds.")
    var slowerThan = 0

    @Option(help: "Only traces whose name has this text, such as a route.")
    var name: String?

    @Option(parsing: .unconditional, help: "The most traces to list.")
    var limit = 20

    func validate() throws {
        guard self.limit > 0 else { throw ValidationError("--limit is \(self.limit); it must be 1 or more.") }
        guard self.slowerThan >= 0 else {
            throw ValidationError("--slower-than is \(self.slowerThan); it must be 0 or more.")
        }
    }

    func run() async throws {
        var filter = TraceFilter()
        filter.onlyErrors = self.errors
        filter.slowest = .milliseconds(self.slowerThan)
        filter.name = self.name
        filter.limit = self.limit
        let traces = try await self.store.open().traces(filter)
        switch self.output.format {
        case .json: try Console.json(["traces": .array(traces.map(Self.json))])
        case .text:
            if traces.isEmpty { Console.note("There are no such traces.") }
            for trace in traces { try Console.line(Self.line(trace)) }
        }
    }

    private static func line(_ trace: TraceSummary) -> String {
        let style = TextStyle()
        let root = trace.root
        let parts = [
            "\(root.context.traceID)", style.faint(String(Timestamp.text(root.start).dropLast(8)) + "Z"),
            FlowPrinter.time(root.duration).padding(to: 9), trace.hasErrors ? style.strong("failed") : "ok    ",
            "\(trace.spanCount) span\(trace.spanCount == 1 ? " " : "s")", root.name,
        ]
        return parts.joined(separator: "  ")
    }

    private static func json(_ trace: TraceSummary) -> JSONValue {
        [
            "trace_id": .string("\(trace.root.context.traceID)"), "name": .string(trace.root.name),
            "start": .string(Timestamp.text(trace.root.start)),
            "duration_ms": .number(trace.root.duration.milliseconds), "spans": .integer(trace.spanCount),
            "failed": .bool(trace.hasErrors),
        ]
    }
}
