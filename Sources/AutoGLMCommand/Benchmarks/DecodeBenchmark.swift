// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Tokenization

/// Tokens per second of streams that decode together, all streams counted.
struct DecodeBenchmark: EngineBenchmark {
    let session: BenchmarkSession
    /// How many decode together.
    let streams: Int
    /// Tokens of each stream after its first.
    let tokens: Int

    /// So short that the prompts of 32 streams fit into one step of the engine.
    private static let promptTokens = 8

    func rows(runs: Int) async throws -> [BenchmarkRow] {
        let name = "decode_\(self.streams)"
        let prompts = try await self.session.promptsThatGoOn(
            self.streams, tokens: Self.promptTokens, answer: self.tokens + 1)
        let rates = try await self.repeated(runs, of: name) { try await self.rate(prompts) }
        return [BenchmarkRow(measure: name, samples: rates, unit: "tokens/s")]
    }

    /// From the first token of whoever had one first to the last token of whoever had one last.
    private func rate(_ prompts: [[TokenID]]) async throws -> Double {
        let completed = try await self.decode(prompts)
        let steps = completed.reduce(0) { $0 + $1.steps }
        try BenchmarkSession.checkLength(generated: steps, asked: self.tokens * self.streams)
        guard let start = completed.map(\.firstToken).min(), let end = completed.map(\.lastToken).max() else {
            return .nan
        }
        return Double(steps) / start.duration(to: end).seconds
    }

    private func decode(_ prompts: [[TokenID]]) async throws -> ArraySlice<BenchmarkSession.Completed> {
        // While the engine computes the first job, the others gather, and so start in the same step.
        let gathering = self.session.job(self.session.prompt(tokens: 256), tokens: 1)
        let jobs = prompts.map { self.session.job($0, tokens: self.tokens + 1) }
        return try await self.session.run([gathering] + jobs).dropFirst()
    }
}
