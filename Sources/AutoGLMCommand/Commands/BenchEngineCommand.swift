// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import InferenceEngine
internal import LLMCore
internal import ModelFacade

/// `autoglm bench engine`: how fast one engine in this process is.
struct BenchEngineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Measure the engine in this process; medians of several runs.",
        discussion: """
            Example:
              autoglm bench engine --measure prefill,decode --streams 1,16 --output json

            The measures:
              prefill  tokens/s of a prompt that is new (--prompt-tokens)
              decode   tokens/s of streams that decode together, for each number in --streams (--generated-tokens)
              constrained  tokens/s of one stream that writes JSON by a schema which leaves it much choice, after its first \
            token; the ratio is over the same stream without, in turns (--generated-tokens)
              mix      tokens/s of --clients that ask again as soon as they are answered: prompts of --prompt-tokens that
                       differ, answers of 64 tokens; prompts and answers count
              cached   time to the first token of a prompt of 1,024 tokens, 1,000 of them seen before; the ratio is over
                       the time of a new prompt
              memory   peak memory of the process, after --clients have filled 1,024 tokens of context each; one run,
                       in a process of its own
            """)

    @Option(help: "The model's name, or the path of a GGUF file.")
    var model: String = Settings.text("MODEL") ?? ModelLocator.defaultModel

    @Option(parsing: .unconditional, help: "Threads that compute (default: one per processor).")
    var threads: Int?

    @Option(help: "What to measure, with commas between.")
    var measure = EngineMeasure.sharing.map(\.rawValue).joined(separator: ",")

    @Option(help: "How many streams decode together, with commas between.")
    var streams = "1,16,32"

    @Option(parsing: .unconditional, help: "Tokens of a prompt, in prefill and mix.")
    var promptTokens = 512

    @Option(parsing: .unconditional, help: "Tokens that a stream decodes after its first.")
    var generatedTokens = 128

    @Option(parsing: .unconditional, help: "How many ask at once, in mix and memory.")
    var clients = 16

    @Option(parsing: .unconditional, help: "Requests of the mix that count, after as many as there are clients.")
    var requests = 32

    @Option(parsing: .unconditional, help: "Runs of each measure, after one that warms up.")
    var runs = 3

    @Option(help: "How tokens are guessed: off, as in the comparison with others, or prompt-lookup.")
    var speculation: SpeculationMode = .off

    @OptionGroup var output: OutputOptions

    func validate() throws {
        try Self.check([
            "--threads": self.threads ?? 1, "--prompt-tokens": self.promptTokens,
            "--generated-tokens": self.generatedTokens, "--clients": self.clients, "--requests": self.requests,
            "--runs": self.runs,
        ])
        _ = try EngineMeasure.list(self.measure)
        _ = try self.streamCounts()
    }

    /// Makes sure that numbers are positive.
    ///
    /// - Throws: `ValidationError` that names the option.
    static func check(_ numbers: KeyValuePairs<String, Int>) throws {
        for (name, value) in numbers where value < 1 {
            throw ValidationError("\(name) is \(value); it must be 1 or more.")
        }
    }

    func run() async throws {
        let configuration = try self.configuration()
        let engine = try LocalEngine(path: ModelLocator().path(of: self.model), configuration: configuration)
        var rows: [BenchmarkRow] = []
        for benchmark in try self.benchmarks(BenchmarkSession(engine: engine)) {
            rows += try await benchmark.rows(runs: self.runs)
        }
        switch self.output.format {
        case .json:
            try Console.json([
                "bench": "engine", "machine": Machine().json(threads: configuration.threads),
                "model": .string(self.model), "rows": .array(rows.map(\.json)),
            ])
        case .text:
            for row in rows { try Console.line(row.line) }
        }
    }

    private func configuration() throws -> EngineConfiguration {
        var configuration = EngineConfiguration(threads: try self.threads ?? Settings.number("THREADS"))
        let streams = try self.streamCounts().max() ?? 1
        configuration.maximumSequences = max(configuration.maximumSequences, self.clients, streams)
        // Nobody waits for memory: what is measured holds at most this much context, in pages of 64 tokens.
        configuration.cacheTokens = max(
            16384, self.clients * max(1024, self.promptTokens + 128), streams * (self.generatedTokens + 128))
        // A small model repeats itself so much that guesses would be right more often than in real use.
        configuration.speculation = self.speculation.value
        return configuration
    }

    private func benchmarks(_ session: BenchmarkSession) throws -> [any EngineBenchmark] {
        try EngineMeasure.list(self.measure).flatMap { measure -> [any EngineBenchmark] in
            switch measure {
            case .prefill: [PrefillBenchmark(session: session, tokens: self.promptTokens)]
            case .decode:
                try self.streamCounts().map {
                    DecodeBenchmark(session: session, streams: $0, tokens: self.generatedTokens)
                }
            case .constrained: [ConstrainedBenchmark(session: session, tokens: self.generatedTokens)]
            case .mix:
                [
                    MixBenchmark(
                        session: session, clients: self.clients, requests: self.requests,
                        promptTokens: self.promptTokens)
                ]
            case .cached: [CachedPrefixBenchmark(session: session)]
            case .memory: [MemoryBenchmark(session: session, streams: self.clients)]
            }
        }
    }

    private func streamCounts() throws -> [Int] {
        try self.streams.split(separator: ",", omittingEmptySubsequences: false).map {
            guard let count = Int($0), (1...1024).contains(count) else {
                throw ValidationError("--streams: '\($0)' is no number from 1 to 1024.")
            }
            return count
        }
    }
}
