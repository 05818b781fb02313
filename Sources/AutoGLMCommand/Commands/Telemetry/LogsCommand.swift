// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import Observability
internal import RunStorage

/// `autoglm logs`: recent log lines.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show recent log lines, those of one trace or all.",
        discussion: """
            Example:
              autoglm logs --level warning
              autoglm logs --trace 3f2a

            `autoglm serve --telemetry` keeps them.
            """)

    @OptionGroup var store: TelemetryStoreOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only lines of this trace, by its name or its beginning.")
    var trace: String?

    @Option(help: "Only lines that matter as much as this: trace, debug, info, notice, warning, error or critical.")
    var level = "trace"

    @Option(parsing: .unconditional, help: "The most lines to show, the latest.")
    var limit = 100

    func validate() throws {
        guard self.limit > 0 else { throw ValidationError("--limit is \(self.limit); it must be 1 or more.") }
        guard LogRecord.Severity(named: self.level) != nil else {
            let names = LogRecord.Severity.allCases.map(\.name)
            throw ValidationError("There is no level '\(self.level)'. \(NearestName.hint(for: self.level, in: names))")
        }
    }

    func run() async throws {
        let store = try self.store.open()
        var filter = LogFilter()
        filter.limit = self.limit
        filter.severity = LogRecord.Severity(named: self.level) ?? .trace
        if let trace { filter.trace = try await store.trace(trace.lowercased()).id }
        let lines = try await store.logs(filter)
        switch self.output.format {
        case .json: try Console.json(["logs": .array(lines.map { $0.json(service: "autoglm") })])
        case .text:
            if lines.isEmpty { Console.note("There are no such log lines.") }
            for line in lines { try Console.line(LogLine(line).text) }
        }
    }
}
