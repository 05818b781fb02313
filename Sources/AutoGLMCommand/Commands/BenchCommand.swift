// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import InferenceEngine
internal import LLMCore
internal import OpenAutoGLM
internal import Tokenization

/// `autoglm bench`: our own measurements.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure our own speed.",
        discussion: """
            Example:
              autoglm bench engine --threads 2 --output json
            """,
        subcommands: [BenchEngineCommand.self])
}

/// `autoglm bench engine`: prefill and decoding of one sequence.
struct BenchEngineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Measure prefill and decoding of one sequence; medians of several runs.",
        discussion: """
            Example:
              autoglm bench engine --model smollm2 --prompt-tokens 512 --generated-tokens 128 --output json
            """)

    @Option(help: "The model's name, or the path of a GGUF file.")
    var model: String = Settings.text("MODEL") ?? ModelLocator.defaultModel

    @Option(parsing: .unconditional, help: "Threads that compute (default: one per processor).")
    var threads: Int?

    @Option(parsing: .unconditional, help: "Tokens of the prompt whose computation is measured.")
    var promptTokens = 512

    @Option(parsing: .unconditional, help: "Tokens generated one after the other, after the first.")
    var generatedTokens = 128

    @Option(parsing: .unconditional, help: "Runs of each measurement, after one that warms up.")
    var runs = 3

    @OptionGroup var output: OutputOptions

    func validate() throws {
        for (name, value) in [
            ("--threads", self.threads ?? 1), ("--prompt-tokens", self.promptTokens),
            ("--generated-tokens", self.generatedTokens), ("--runs", self.runs),
        ] where value < 1 {
            throw ValidationError("\(name) is \(value); it must be 1 or more.")
        }
    }

    func run() async throws {
        let configuration = EngineConfiguration(threads: try self.threads ?? Settings.number("THREADS"))
        let engine = try LocalEngine(path: ModelLocator().path(of: self.model), configuration: configuration)
        let benchmark = EngineBenchmark(engine: engine)
        Console.note("warming up")
        _ = try await benchmark.prefillRate(tokens: self.promptTokens)
        var prefill = [Double]()
        var decode = [Double]()
        for run in 1...self.runs {
            prefill.append(try await benchmark.prefillRate(tokens: self.promptTokens))
            decode.append(try await benchmark.decodeRate(tokens: self.generatedTokens))
            Console.note("run \(run) of \(self.runs)")
        }
        let rows = [("prefill_\(self.promptTokens)", prefill), ("decode_1", decode)]
        switch self.output.format {
        case .json:
            try Console.json([
                "bench": "engine", "machine": Machine().json(threads: configuration.threads),
                "model": .string(self.model), "rows": .array(rows.map { Self.json($0, $1) }),
            ])
        case .text:
            for (measure, rates) in rows {
                try Console.line("\(measure): \(rates.median.rounded(toPlaces: 1)) tokens/s, median of \(self.runs)")
            }
        }
    }

    private static func json(_ measure: String, _ rates: [Double]) -> JSONValue {
        [
            "measure": .string(measure), "ours": .number(rates.median.rounded(toPlaces: 1)), "peer": nil,
            "unit": "tokens/s", "samples": .array(rates.map { .number($0.rounded(toPlaces: 1)) }),
        ]
    }
}

/// Measures one engine on real text.
private struct EngineBenchmark {
    let engine: LocalEngine

    private static let text = """
        The harbour was quiet when the first boats came back. Men in heavy coats stood on the wall and counted sails, and \
        the women who had waited since four o'clock put down their baskets and looked at the sky. It would rain before \
        noon, somebody said, and somebody else answered that it had rained every Tuesday since the bridge was built. A \
        clerk from the customs house, 37 years in service, walked along the quay with his ledger: 12 crates of oranges, \
        8 barrels of oil, one piano without its stool. He wrote slowly, because the ink was cold.

        """

    /// Prompt tokens per second.
    func prefillRate(tokens count: Int) async throws -> Double {
        let text = self.engine.tokenizer.encode(Self.text, addSpecial: false, parseSpecial: false)
        let prompt = (0..<count).map { text[$0 % text.count] }
        let summary = try await self.engine.generate(GenerationJob(prompt: prompt, maxTokens: 1)).response().summary
        return Double(count) / (summary.timings?.prefill ?? .zero).seconds
    }

    /// Tokens per second after the first one; what the model generates is its own greedy continuation of the text.
    func decodeRate(tokens count: Int) async throws -> Double {
        let text = self.engine.tokenizer.encode(Self.text, addSpecial: false, parseSpecial: false)
        let job = GenerationJob(prompt: Array(text.prefix(16)), maxTokens: count + 1)
        let summary = try await self.engine.generate(job).response().summary
        // The token that ends a generation is computed, but is not part of it.
        let steps = summary.usage.completionTokens - (summary.finishReason == .stop ? 0 : 1)
        guard steps >= max(1, count / 2) else {
            throw CommandError(
                .notMeasurable, "The model ended its text after \(steps) tokens, too few to measure \(count).")
        }
        return Double(steps) / (summary.timings?.decode ?? .zero).seconds
    }
}

extension [Double] {
    /// The middle value, or the mean of the two in the middle; not a number where there are none.
    fileprivate var median: Double {
        guard !self.isEmpty else { return .nan }
        let ordered = self.sorted()
        return (ordered[(self.count - 1) / 2] + ordered[self.count / 2]) / 2
    }
}
