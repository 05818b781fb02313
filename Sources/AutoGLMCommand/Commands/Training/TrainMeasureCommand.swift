// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelTraining
internal import OrderedCollections

/// `autoglm train measure`: how fast processes exchange gradients, and what more of them would bring.
struct TrainMeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Measure how fast processes sum numbers, and reckon what more of them would bring.",
        discussion: """
            Example:
              autoglm train measure --help
              autoglm train launch --processes 2 -- measure --step-seconds 0.24 --step-bytes 7300000
              autoglm train launch --processes 2 --mpirun '--mca btl tcp,self' -- measure --output json

            Latency and bandwidth are taken from the smallest sum and from that of a bucket. A step of N processes that each compute for \
            --step-seconds then takes that long and what exchanging --step-bytes needs beyond the share of it that computing hides.
            """)

    @OptionGroup var output: OutputOptions

    @Option(help: "How long a process computes in a step.")
    var stepSeconds = 0.25

    @Option(help: "How many bytes of gradients a step has.")
    var stepBytes = 7_500_000

    @Option(help: "The share of the exchange that computing hides.")
    var overlap = 0.0

    func validate() throws {
        guard self.stepSeconds > 0, (1...1 << 40).contains(self.stepBytes), (0...1).contains(self.overlap) else {
            throw ValidationError("--step-seconds and --step-bytes are above 0, --overlap is from 0 to 1.")
        }
    }

    func run() async throws {
        let group = try LaunchEnvironment(Settings.environment).join()
        guard group.size > 1 else {
            throw CommandError(
                .notMeasurable, "A single process exchanges nothing; see 'autoglm train measure --help'.")
        }
        let sums = try [4, 1 << 10, 1 << 14, 1 << 18, 1 << 20, 1 << 22, 1 << 24].map { bytes in
            (bytes: bytes, seconds: try Self.seconds(of: bytes, group))
        }
        let bucket = sums.first { $0.bytes >= DataParallel.usualBucketBytes } ?? sums[sums.count - 1]
        let cost = ExchangeCost(small: sums[0], large: bucket, processes: group.size)
        if group.isLeader { try self.report(sums, cost, group.size) }
        group.leave()
    }

    /// The median of some sums.
    private static func seconds(of bytes: Int, _ group: any ProcessGroup) throws -> Double {
        var numbers = [Float](repeating: 0, count: bytes / 4)
        let runs = bytes < 1 << 20 ? 301 : 31
        var times: [Double] = []
        for run in -3..<runs {
            let start = ContinuousClock.now
            try group.sum(&numbers)
            if run >= 0 { times.append((ContinuousClock.now - start) / .seconds(1)) }
        }
        return times.sorted()[runs / 2]
    }

    private func report(_ sums: [(bytes: Int, seconds: Double)], _ cost: ExchangeCost, _ processes: Int) throws {
        let steps = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].map { count in
            let exchange = cost.seconds(
                self.stepBytes, processes: count, messages: max(1, self.stepBytes / DataParallel.usualBucketBytes))
            let step = self.stepSeconds + exchange * (1 - self.overlap)
            return (count: count, exchange: exchange, efficiency: self.stepSeconds / step)
        }
        switch self.output.format {
        case .json:
            try Console.json([
                "processes": .integer(processes), "latency_us": .number(cost.latency * 1e6),
                "bandwidth_mb_s": .number(cost.bandwidth / 1e6),
                "sums": .array(
                    sums.map { .object(["bytes": .integer($0.bytes), "us": .number($0.seconds * 1e6)]) }),
                "steps": .array(
                    steps.map {
                        .object([
                            "processes": .integer($0.count), "exchange_ms": .number($0.exchange * 1e3),
                            "efficiency": .number($0.efficiency),
                        ])
                    }),
            ])
        case .text:
            for (bytes, seconds) in sums {
                try Console.line("\(bytes) bytes: \(Self.rounded(seconds * 1e6)) µs")
            }
            try Console.line(
                "\(processes) processes: latency \(Self.rounded(cost.latency * 1e6)) µs, bandwidth \(Self.rounded(cost.bandwidth / 1e6)) MB/s"
            )
            for (count, exchange, efficiency) in steps {
                try Console.line(
                    "\(count) processes: \(Self.rounded(exchange * 1e3)) ms of exchange, \(Self.rounded(efficiency * 100)) % of \(count) times as fast"
                )
            }
        }
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
