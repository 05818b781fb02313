// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
internal import LLMCore
internal import OrderedCollections
internal import Tokenization

/// Tokens per second of one stream under a JSON schema, and of the same stream without it, in turns.
struct ConstrainedBenchmark: EngineBenchmark {
    let session: BenchmarkSession
    /// Tokens of each answer after its first.
    let tokens: Int

    private static let promptTokens = 64
    /// A schema that leaves nearly everything open, so that no token is forced, and that no short answer completes.
    private static let constraint = OutputConstraint.jsonSchema([
        "type": "array", "minItems": 100_000, "items": ["type": ["string", "number", "boolean", "array"]],
    ])

    func rows(runs: Int) async throws -> [BenchmarkRow] {
        let name = "decode_1_constrained"
        for constraint in [nil, Self.constraint] { _ = try await self.rate(constraint) }
        let pairs = try await self.repeated(runs, of: name) {
            (free: try await self.rate(nil), constrained: try await self.rate(Self.constraint))
        }
        var row = BenchmarkRow(measure: name, samples: pairs.map(\.constrained), unit: "tokens/s")
        row.ratio = pairs.map { $0.constrained / $0.free }.median
        row.details["unconstrained"] = .number(pairs.map(\.free).median.rounded(toPlaces: 2))
        return [row]
    }

    private func rate(_ constraint: OutputConstraint?) async throws -> Double {
        var job = self.session.job(self.session.prompt(tokens: Self.promptTokens), tokens: self.tokens + 1)
        job.constraint = constraint
        let completed = try await self.session.run(job)
        try BenchmarkSession.checkLengths([completed], asked: self.tokens + 1)
        return Double(self.tokens) / completed.timings.decode.seconds
    }
}
