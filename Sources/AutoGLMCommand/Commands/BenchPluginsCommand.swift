// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// `autoglm bench plugins`: what calls of plugins cost, and what replacing them does.
struct BenchPluginsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugins",
        abstract: "Measure calls of a plugin, and replace it under load; medians of several runs.",
        discussion: """
            Example:
              autoglm bench plugins --first A/echo --second B/echo --output json

            The measures, of two versions of the plugin in bench/plugins/echo.c:
              plugin_direct_ns         time of a call of the library's own function
              plugin_call_ns           time that the host adds to that in the program's process
              plugin_checked_call_us   time of a call of values that are checked against the manifest, with their JSON
              plugin_isolated_call_us  time of a call in a process of the plugin's own, half of them faster, half slower
              plugin_swap_ms           time to replace the plugin while it is called
              plugin_swap_failures     calls that failed while it was replaced --swaps times
              plugin_swap_growth_mb    how much larger the process got by the last nine tenths of that
            """)

    @Option(help: "The folder of a version.")
    var first: String

    @Option(help: "The folder of another version.")
    var second: String

    @Option(parsing: .unconditional, help: "Calls of a run.")
    var calls = 20_000

    @Option(parsing: .unconditional, help: "Swaps under load.")
    var swaps = 1_000

    @Option(parsing: .unconditional, help: "Runs of each measure, after one that warms up.")
    var runs = 5

    @OptionGroup var output: OutputOptions

    func validate() throws {
        try BenchEngineCommand.check(["--calls": self.calls, "--swaps": self.swaps, "--runs": self.runs])
    }

    func run() async throws {
        let benchmark = PluginBenchmark(first: self.first, second: self.second, calls: self.calls, swaps: self.swaps)
        let rows = try await benchmark.rows(runs: self.runs)
        switch self.output.format {
        case .json:
            try Console.json([
                "bench": "plugins", "machine": Machine().json(threads: Machine().processors),
                "rows": .array(rows.map(\.json)),
            ])
        case .text: for row in rows { try Console.line(row.line) }
        }
    }
}
