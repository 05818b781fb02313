// SPDX-License-Identifier: Apache-2.0

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
        _ = try await self.rate(tokens: min(8, self.tokens))
        let rates = try await self.repeated(runs, of: name) { try await self.rate(tokens: self.tokens) }
        return [BenchmarkRow(measure: name, samples: rates, unit: "tokens/s")]
    }

    /// From the first token of whoever had one first to the last token of whoever had one last.
    private func rate(tokens: Int) async throws -> Double {
        // While the engine computes the first job, the others gather, and so start in the same step.
        let gathering = self.session.job(self.session.prompt(tokens: 256), tokens: 1)
        let jobs = (0..<self.streams).map { _ in
            self.session.job(self.session.prompt(tokens: Self.promptTokens), tokens: tokens + 1)
        }
        let completed = try await self.session.run([gathering] + jobs).dropFirst()
        try BenchmarkSession.checkLengths(completed, asked: tokens + 1)
        guard let start = completed.map(\.firstToken).min(), let end = completed.map(\.lastToken).max() else {
            return .nan
        }
        return Double(tokens * self.streams) / start.duration(to: end).seconds
    }
}
