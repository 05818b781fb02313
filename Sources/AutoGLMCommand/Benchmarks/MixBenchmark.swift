// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
internal import Synchronization

/// Tokens per second, of prompts and answers together, of clients that each ask again as soon as they are answered.
struct MixBenchmark: EngineBenchmark {
    let session: BenchmarkSession
    let clients: Int
    /// Requests that are measured, after as many as there are clients.
    let requests: Int
    /// Tokens of each prompt.
    let promptTokens: Int

    /// Tokens of each answer.
    private static let answerTokens = 64

    private func sample() async throws -> Double {
        let ledger = MixLedger(warmUp: self.clients, requests: self.requests)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<self.clients { group.addTask { try await self.askAgainAndAgain(ledger) } }
            // Clients stop when the last request that counts is answered; what is on its way then is dropped.
            try await group.next()
            group.cancelAll()
        }
        return ledger.rate
    }

    private func askAgainAndAgain(_ ledger: MixLedger) async throws {
        while ledger.isOpen {
            let prompt = self.session.prompt(tokens: self.promptTokens)
            let completed = try await self.session.run(self.session.job(prompt, tokens: Self.answerTokens))
            try BenchmarkSession.checkComputed([completed])
            try BenchmarkSession.checkLengths([completed], asked: Self.answerTokens)
            ledger.enter(completed)
        }
    }

    func rows(runs: Int) async throws -> [BenchmarkRow] {
        let name = "mix_\(self.clients)"
        return [
            BenchmarkRow(
                measure: name, samples: try await self.repeated(runs, of: name, self.sample), unit: "tokens/s",
                details: ["requests": .integer(self.requests)])
        ]
    }
}

/// Counts what clients were answered between the end of the warm-up and the last request that is measured.
///
/// What is half done at the beginning is counted when it ends, what is half done at the end is not: in a steady state they
/// are equal.
private final class MixLedger: Sendable {
    private struct State {
        var answered = 0
        var start: ContinuousClock.Instant?
        var tokens = 0
        var duration = Duration.zero
    }

    private let warmUp: Int
    private let requests: Int
    private let state = Mutex(State())

    init(warmUp: Int, requests: Int) {
        self.warmUp = warmUp
        self.requests = requests
    }

    /// Whether more requests are wanted.
    var isOpen: Bool { self.state.withLock { $0.answered < self.warmUp + self.requests } }

    /// Tokens per second of the requests that count.
    var rate: Double { self.state.withLock { Double($0.tokens) / $0.duration.seconds } }

    func enter(_ completed: BenchmarkSession.Completed) {
        self.state.withLock { state in
            guard state.answered < self.warmUp + self.requests else { return }
            state.answered += 1
            if state.answered == self.warmUp { state.start = completed.received }
            guard state.answered > self.warmUp, let start = state.start else { return }
            state.tokens += completed.summary.usage.totalTokens
            state.duration = start.duration(to: completed.received)
        }
    }
}
