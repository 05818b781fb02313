// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// `autoglm bench orchestrator`: what steps cost that do nothing.
struct BenchOrchestratorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orchestrator",
        abstract: "Measure what pipelines cost besides their steps' work; medians of several runs.",
        discussion: """
            Example:
              autoglm bench orchestrator --output json

            The measures:
              step_memory_us        time of a step in a chain of --steps, each of which reads what the one before it gave
              turn_memory_us        time of a turn of a loop with --width turns at the same time
              step_durable_us       time of a step of the same chain that is recorded in --store before the next begins, safe
                                    against the end of the process (--durability process, what runs have by default)
              step_durable_power_us the same, safe against the loss of power: each step waits for the disk (--durability power)
              step_shared_us        the same in the PostgreSQL database of --database, as durable as its server is set
              long_run_growth_mb    how much larger the process gets by a loop of 10,000 turns after one of 1,000
              wide_run_growth_mb    the same by a loop of 100 × --width turns after one of 10 × --width, where --width turns
                                    wait for each other
              stored_run_growth_mb  the same with every step recorded in --store
            """)

    @Option(parsing: .unconditional, help: "Steps of the chain.")
    var steps = 100

    @Option(parsing: .unconditional, help: "Turns of the loop.")
    var width = 1_000

    @Option(
        help:
            "A file for stored runs, to measure step_durable_us, step_durable_power_us and stored_run_growth_mb as well."
    )
    var store: String?

    @Option(help: "A PostgreSQL database for stored runs, to measure step_shared_us as well.")
    var database: String?

    @Option(parsing: .unconditional, help: "Runs of each measure, after one that warms up.")
    var runs = 5

    @OptionGroup var output: OutputOptions

    func validate() throws {
        try BenchEngineCommand.check(["--steps": self.steps, "--width": self.width, "--runs": self.runs])
    }

    func run() async throws {
        let benchmark = OrchestratorBenchmark(
            steps: self.steps, width: self.width, store: self.store, database: self.database)
        let rows = try await benchmark.rows(runs: self.runs)
        switch self.output.format {
        case .json:
            try Console.json([
                "bench": "orchestrator", "machine": Machine().json(threads: Machine().processors),
                "rows": .array(rows.map(\.json)),
            ])
        case .text: for row in rows { try Console.line(row.line) }
        }
    }
}
