// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import Observability
internal import RunStorage

/// `autoglm traces show`: one trace as a tree over time, with its log lines.
struct TracesShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a trace as a tree over time, with what failed and its log lines.",
        discussion: """
            Example:
              autoglm traces show 3f2a
              autoglm traces show 3f2a --attributes
            """)

    @OptionGroup var store: TelemetryStoreOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Show everything that is known of each span.")
    var attributes = false

    @Argument(help: "The trace's name, or its beginning.")
    var trace: String

    func run() async throws {
        let trace = try await self.store.open().trace(self.trace.lowercased())
        switch self.output.format {
        case .json:
            try Console.json([
                "trace_id": .string("\(trace.id)"), "spans": .array(trace.spans.map(\.json)),
                "logs": .array(trace.logs.map { $0.json(service: "autoglm") }),
            ])
        case .text: try TraceDrawing(trace, showsAttributes: self.attributes).write()
        }
    }
}
