// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
internal import Tokenization

/// Milliseconds until the first token of a prompt of 1,024 tokens whose first 1,000 were computed before, against the time
/// of a prompt of the same length that is new.
struct CachedPrefixBenchmark: EngineBenchmark {
    /// What one run gave.
    struct Pair: Sendable {
        /// Milliseconds with everything to compute.
        let cold: Double
        /// Milliseconds with the prefix computed before.
        let cached: Double
        /// Tokens that the engine says came out of its cache.
        let cachedTokens: Int
    }

    let session: BenchmarkSession

    private static let (promptTokens, sharedTokens) = (1024, 1000)

    private func pair() async throws -> Pair {
        let first = self.session.prompt(tokens: Self.promptTokens)
        let other = self.session.prompt(tokens: Self.promptTokens - Self.sharedTokens)
        let cold = try await self.session.run(self.session.job(first, tokens: 1))
        try BenchmarkSession.checkComputed([cold])
        let second = self.session.job(first.prefix(Self.sharedTokens) + other, tokens: 1)
        let cached = try await self.session.run(second)
        return Pair(
            cold: cold.submitted.duration(to: cold.received).milliseconds,
            cached: cached.submitted.duration(to: cached.received).milliseconds,
            cachedTokens: cached.summary.usage.cachedPromptTokens)
    }

    func rows(runs: Int) async throws -> [BenchmarkRow] {
        _ = try await self.pair()
        let pairs = try await self.repeated(runs, of: "ttft_cached", self.pair)
        let (cold, cached) = (pairs.map(\.cold), pairs.map(\.cached))
        return [
            BenchmarkRow(
                measure: "ttft_cached", samples: cached, unit: "ms", isLowerBetter: true,
                ratio: cached.median / cold.median,
                details: [
                    "cold_ms": .number(cold.median.rounded(toPlaces: 2)),
                    "cached_tokens": .integer(pairs.map(\.cachedTokens).min() ?? 0),
                ])
        ]
    }
}
