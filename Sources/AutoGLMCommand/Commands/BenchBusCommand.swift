// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import NATSMessaging

/// `autoglm bench bus`: what the event buses carry.
struct BenchBusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bus",
        abstract: "Measure the event buses: rates, and how long an event takes; medians of several runs.",
        discussion: """
            Example:
              autoglm bench bus --output json
              autoglm bench bus --nats nats://127.0.0.1:4222

            The measures:
              bus_memory_rate           events a second from one task to another, whose buffer of 4,096 holds the publisher up
              bus_memory_p50_us         time of an event from its publisher to a reader that is awake
              bus_memory_asleep_p50_us  the same to a reader that sleeps: waking it takes most of that
            With --nats, and a tenth of the messages:
              bus_nats_rate             events a second from one connection to another
              bus_nats_p50_us           time of an event from one connection to another
              bus_nats_request_p50_us   time of a question and its answer
              bus_durable_rate          events a second that JetStream has kept, with receipts, delivered to a durable consumer
                                        and let acknowledge (a fiftieth of the messages)
            """)

    @Option(parsing: .unconditional, help: "Events of a measure of rates.")
    var messages = 2_000_000

    @Option(parsing: .unconditional, help: "Events of a measure of times.")
    var samples = 5_000

    @Option(help: "A NATS server with JetStream, to measure it as well.")
    var nats: String?

    @Option(parsing: .unconditional, help: "Runs of each measure, after one that warms up.")
    var runs = 3

    @OptionGroup var output: OutputOptions

    func validate() throws {
        try BenchEngineCommand.check(["--messages": self.messages, "--samples": self.samples, "--runs": self.runs])
    }

    func run() async throws {
        let nats = try self.nats.map { try NATSConfiguration(url: $0) }
        let rows = try await BusBenchmark(messages: self.messages, samples: self.samples, nats: nats).rows(
            runs: self.runs)
        switch self.output.format {
        case .json:
            try Console.json([
                "bench": "bus", "machine": Machine().json(threads: Machine().processors),
                "rows": .array(rows.map(\.json)),
            ])
        case .text: for row in rows { try Console.line(row.line) }
        }
    }
}
