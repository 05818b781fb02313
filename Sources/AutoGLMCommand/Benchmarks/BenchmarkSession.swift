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
        /// Tokens computed after the first; one that ends the text is computed, but is no part of it.
        var steps: Int { self.summary.usage.completionTokens - (self.summary.finishReason == .stop ? 0 : 1) }
    }

    private let engine: LocalEngine
    private let prompts: BenchmarkPrompts
    private let promptsTaken = Atomic<Int>(0)

    init(engine: LocalEngine) {
        self.engine = engine
        self.prompts = BenchmarkPrompts(tokenizer: engine.tokenizer)
    }

    /// A prompt that nobody had before.
    func prompt(tokens count: Int) -> [TokenID] {
        let number = self.promptsTaken.wrappingAdd(1, ordering: .relaxed).oldValue
        return self.prompts.prompt(number, tokens: count)
    }

    /// Prompts that nobody had before, and whose most likely answer is not shorter than asked for.
    ///
    /// Asking them, as many together as are wanted, warms the engine up.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - length: Tokens of each.
    ///   - answer: Tokens of each answer.
    /// - Throws: ``CommandError`` when the model ends nearly all of its answers earlier; what the engine throws.
    func promptsThatGoOn(_ count: Int, tokens length: Int, answer: Int) async throws -> [[TokenID]] {
        var found: [[TokenID]] = []
        for _ in 0..<8 where found.count < count {
            let candidates = (0..<count).map { _ in self.prompt(tokens: length) }
            let completed = try await self.run(candidates.map { self.job($0, tokens: answer) })
            found += zip(candidates, completed).filter { $0.1.summary.finishReason == .length }.map(\.0)
        }
        guard found.count >= count else {
            throw CommandError(
                .notMeasurable,
                "Only \(found.count) of \(8 * count) answers of the model reach \(answer) tokens; ask for fewer.")
        }
        return Array(found.prefix(count))
    }

    /// What to generate: always the most likely token, so that every run does the same.
    func job(_ prompt: [TokenID], tokens count: Int) -> GenerationJob {
        GenerationJob(prompt: prompt, sampling: .greedy, maxTokens: count)
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

    /// Makes sure that nearly as much was generated as was asked for.
    ///
    /// - Throws: ``CommandError`` when texts ended so early that fewer were computed together than the measure says.
    static func checkLength(generated: Int, asked: Int) throws {
        guard Double(generated) >= 0.95 * Double(asked) else {
            throw CommandError(
                .notMeasurable, "The model ended its texts after \(generated) of \(asked) tokens, too few to measure.")
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
