// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
internal import LLMCore
internal import Synchronization
internal import Tokenization

/// An engine that is measured, and what every measure does with it.
final class BenchmarkSession: Sendable {
    /// A generation that has ended, with its times on one clock.
    struct Completed: Sendable {
        /// When it was asked for.
        let submitted: ContinuousClock.Instant
        /// When the last of it had arrived.
        let received: ContinuousClock.Instant
        let summary: GenerationSummary
        let timings: GenerationTimings

        /// When the engine had computed the first token.
        var firstToken: ContinuousClock.Instant { self.submitted + self.timings.timeToFirstToken }
        /// When the engine had computed the last token.
        var lastToken: ContinuousClock.Instant { self.firstToken + self.timings.decode }
        /// Tokens of the answer.
        var answerTokens: Int { self.summary.usage.completionTokens }
    }

    private let engine: LocalEngine
    private let prompts: BenchmarkPrompts
    /// Biases that ban what ends a text.
    private let withoutEnd: [Int: Float]
    private let promptsTaken = Atomic<Int>(0)

    init(engine: LocalEngine) {
        self.engine = engine
        self.prompts = BenchmarkPrompts(tokenizer: engine.tokenizer)
        self.withoutEnd = Dictionary(
            engine.tokenizer.endOfGeneration.map { (Int($0), -100) }, uniquingKeysWith: { $1 })
    }

    /// A prompt that nobody had before.
    func prompt(tokens count: Int) -> [TokenID] {
        let number = self.promptsTaken.wrappingAdd(1, ordering: .relaxed).oldValue
        return self.prompts.prompt(number, tokens: count)
    }

    /// What to generate: always the most likely token but those that end a text, so that every run does the same and each
    /// answer is as long as asked for.
    func job(_ prompt: [TokenID], tokens count: Int) -> GenerationJob {
        var sampling = SamplingOptions.greedy
        sampling.logitBias = self.withoutEnd
        return GenerationJob(prompt: prompt, sampling: sampling, maxTokens: count)
    }

    /// Runs generations together.
    ///
    /// - Returns: How each went, in the order of the jobs.
    /// - Throws: What the engine throws; `CancellationError`.
    func run(_ jobs: [GenerationJob]) async throws -> [Completed] {
        let started = try jobs.map { (submitted: ContinuousClock.now, stream: try self.engine.generate($0)) }
        return try await withThrowingTaskGroup(of: (Int, Completed).self) { group in
            for (index, (submitted, stream)) in started.enumerated() {
                group.addTask { (index, try await Self.complete(stream, submitted: submitted)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Runs one generation.
    ///
    /// - Throws: What the engine throws; `CancellationError`.
    func run(_ job: GenerationJob) async throws -> Completed {
        let submitted = ContinuousClock.now
        return try await Self.complete(self.engine.generate(job), submitted: submitted)
    }

    private static func complete(
        _ stream: GenerationStream, submitted: ContinuousClock.Instant
    ) async throws -> Completed {
        let summary = try await stream.response().summary
        guard let timings = summary.timings else {
            throw CommandError(.notMeasurable, "The engine does not tell how long it took.")
        }
        return Completed(submitted: submitted, received: .now, summary: summary, timings: timings)
    }

    // MARK: - Checks

    /// Makes sure that answers are as long as asked for.
    ///
    /// - Throws: ``CommandError`` when one is not.
    static func checkLengths(_ completed: some Sequence<Completed>, asked: Int) throws {
        if let short = completed.first(where: { $0.answerTokens != asked }) {
            throw CommandError(
                .notMeasurable, "An answer has \(short.answerTokens) tokens where \(asked) were asked for.")
        }
    }

    /// Makes sure that prompts were computed, not remembered.
    ///
    /// - Throws: ``CommandError`` when a cache answered.
    static func checkComputed(_ completed: [Completed]) throws {
        let cached = completed.reduce(0) { $0 + $1.summary.usage.cachedPromptTokens }
        guard cached == 0 else {
            throw CommandError(
                .notMeasurable, "\(cached) prompt tokens came out of a cache where all should be computed.")
        }
    }
}
