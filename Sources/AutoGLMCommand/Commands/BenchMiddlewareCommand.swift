// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// `autoglm bench middleware`: what wraps around models costs.
struct BenchMiddlewareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "middleware",
        abstract:
            "Measure what each layer around a model costs, on a model that answers at once; medians of several runs.",
        discussion: """
            Example:
              autoglm bench middleware --output json

            The measures, for the model alone (none), each layer alone, and all of them together:
              NAME_request_us  time that the layer adds to an answer of one piece
              NAME_piece_us    time that the layer adds to each further piece
            """)

    @Option(parsing: .unconditional, help: "Answers of each run.")
    var requests = 200

    @Option(parsing: .unconditional, help: "Further pieces of each answer.")
    var pieces = 200

    @Option(parsing: .unconditional, help: "Runs of each measure, after one that warms up.")
    var runs = 5

    @OptionGroup var output: OutputOptions

    func validate() throws {
        try BenchEngineCommand.check(["--requests": self.requests, "--pieces": self.pieces, "--runs": self.runs])
    }

    func run() async throws {
        let rows = try await MiddlewareBenchmark(requests: self.requests, pieces: self.pieces).rows(runs: self.runs)
        switch self.output.format {
        case .json:
            try Console.json([
                "bench": "middleware", "machine": Machine().json(threads: Machine().processors),
                "rows": .array(rows.map(\.json)),
            ])
        case .text: for row in rows { try Console.line(row.line) }
        }
    }
}
