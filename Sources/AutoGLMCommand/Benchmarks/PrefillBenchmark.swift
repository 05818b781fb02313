// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Prompt tokens per second: one prompt that nobody had before, until its first token is known.
struct PrefillBenchmark: EngineBenchmark {
    let session: BenchmarkSession
    /// Tokens of the prompt.
    let tokens: Int

    private func sample() async throws -> Double {
        let job = self.session.job(self.session.prompt(tokens: self.tokens), tokens: 1)
        let completed = try await self.session.run(job)
        try BenchmarkSession.checkComputed([completed])
        return Double(self.tokens) / completed.timings.prefill.seconds
    }

    func rows(runs: Int) async throws -> [BenchmarkRow] {
        let name = "prefill_\(self.tokens)"
        _ = try await self.sample()
        return [
            BenchmarkRow(measure: name, samples: try await self.repeated(runs, of: name, self.sample), unit: "tokens/s")
        ]
    }
}
