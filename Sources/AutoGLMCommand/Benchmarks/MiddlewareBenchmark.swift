// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import LLMCore
internal import Synchronization

/// What each layer around a model costs, on a model that answers at once.
struct MiddlewareBenchmark {
    /// Answers of one sample.
    let requests: Int
    /// Pieces of each answer.
    let pieces: Int

    /// The layers, each alone, then as a configuration with all of them has them.
    private static var cases: [(name: String, layers: [any ModelMiddleware])] {
        let alone: [(String, any ModelMiddleware)] = [
            ("injection", InjectionScreen()), ("secrets", SecretScreen(input: .redact, output: .redact)),
            ("cache_miss", ResponseCache(MemoryResponseStore(bytes: 1 << 20), scope: "bench", lifetime: .seconds(1))),
            ("total_timeout", Timeouts(total: .seconds(600))), ("concurrency", ConcurrencyLimit(64, queue: 64)),
            ("retries", Retries()), ("hedge", HedgedRequests(after: .seconds(600))),
            ("rate", RateLimit(requestsPerMinute: 1e9, tokensPerMinute: 1e12)),
            ("circuit_breaker", CircuitBreaking(CircuitBreaker.Settings())),
            ("first_token_timeout", Timeouts(firstToken: .seconds(600))),
            ("accounting", Accounting(UsageLedger(), model: "bench")),
        ]
        return alone.map { ($0, [$1]) } + [("all", alone.map { $1 })]
    }

    func rows(runs: Int) async throws -> [BenchmarkRow] {
        let bare = try await self.samples([], runs: runs)
        var rows = Self.rows("none", bare)
        for (name, layers) in Self.cases {
            let layered = try await self.samples(layers, runs: runs)
            let requests = layered.requests.map { $0 - bare.requests.median }
            rows += Self.rows(name, (requests, layered.pieces.map { $0 - bare.pieces.median }))
        }
        return rows
    }

    private static func rows(_ name: String, _ samples: (requests: [Double], pieces: [Double])) -> [BenchmarkRow] {
        [
            BenchmarkRow(measure: "\(name)_request_us", samples: samples.requests, unit: "µs", isLowerBetter: true),
            BenchmarkRow(measure: "\(name)_piece_us", samples: samples.pieces, unit: "µs", isLowerBetter: true),
        ]
    }

    /// The times of an answer of one piece, and of each further piece.
    private func samples(
        _ layers: [any ModelMiddleware], runs: Int
    ) async throws -> (requests: [Double], pieces: [Double]) {
        let short = InstantModel(pieces: 1).wrapped(in: layers)
        let long = InstantModel(pieces: self.pieces + 1).wrapped(in: layers)
        var (requests, pieces) = ([Double](), [Double]())
        for run in 0...runs {
            let request = try await self.microseconds(short)
            let piece = (try await self.microseconds(long) - request) / Double(self.pieces)
            guard run > 0 else { continue }  // the first warms up
            requests.append(request)
            pieces.append(piece)
        }
        return (requests, pieces)
    }

    private func microseconds(_ model: any ModelAdapter) async throws -> Double {
        var request = GenerationRequest(
            prompt: .user("What is the capital of France, and how many people live there?"), maxTokens: 64)
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<self.requests {
            // A seed lets a cache take part, and another one each time lets it find nothing.
            request.sampling.seed = .random(in: 0 ... .max)
            for try await _ in try await model.generate(request) {}
        }
        return start.duration(to: clock.now) / .microseconds(1) / Double(self.requests)
    }
}

/// A model that has its answer ready.
private struct InstantModel: ModelAdapter {
    let name = "instant"
    let capabilities: ModelCapabilities = [.chat]
    let pieces: Int

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        let next = Mutex(0)
        let pieces = self.pieces
        return GenerationStream {
            let index = next.withLock { next in
                next += 1
                return next
            }
            if index <= pieces { return .text(TextDelta(text: "answer ")) }
            guard index == pieces + 1 else { return nil }
            let usage = TokenUsage(promptTokens: 16, completionTokens: pieces)
            return .finished(GenerationSummary(finishReason: .stop, usage: usage))
        }
    }
}
