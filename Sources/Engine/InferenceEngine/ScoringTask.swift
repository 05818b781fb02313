// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import TensorKernels
internal import Tokenization
internal import TransformerRuntime

/// Computes how likely continuations of a prompt are, one forward pass at a time, so that others get their turn in between.
///
/// Used on the engine's queue only.
final class ScoringTask {
    private let core: LocalEngine.Core
    private let prompt: [TokenID]
    private let continuations: [[TokenID]]
    private let cache: KVCache
    private var sums: [Double] = []
    /// What is left of the continuation that is computed: inputs, the prompt's last token first, and the tokens that follow each.
    private var inputs: ArraySlice<TokenID>
    private var targets: ArraySlice<TokenID> = []
    private var sum = 0.0
    private var hasPrompt = false

    /// Rows of logits at a time: each is as long as the vocabulary, and their memory stays.
    private static let scoredRows = 64

    init(_ core: LocalEngine.Core, prompt: [TokenID], continuations: [[TokenID]]) {
        self.core = core
        self.prompt = prompt
        self.continuations = continuations
        self.cache = KVCache(pool: core.pages, capacity: core.contextLength)
        _ = core.prefixes?.extend(self.cache, with: prompt.dropLast())
        self.inputs = prompt[self.cache.count...].dropLast()
    }

    /// Computes the next piece.
    ///
    /// - Returns: The sums of the log-probabilities when all are computed, nil before.
    func step() throws -> [Double]? {
        if self.inputs.isEmpty { self.beginNext() }
        if self.sums.count == self.continuations.count { return self.sums }
        let piece = self.inputs.prefix(
            self.hasPrompt ? min(self.core.forward.capacity, Self.scoredRows) : self.core.forward.capacity)
        _ = self.core.makeRoom(in: self.cache, of: nil, tokens: piece.count)
        try self.core.forward.run([.init(cache: self.cache, tokens: piece, logits: self.hasPrompt ? .all : .none)])
        if self.hasPrompt { self.addRows(piece.count) }
        self.inputs = self.inputs.dropFirst(piece.count)
        return nil
    }

    private func addRows(_ count: Int) {
        for (row, target) in zip(0..<count, self.targets) {
            let logits = self.core.forward.logits(row)
            self.sum += Double(logits[Int(target)]) - LogProbabilities.normalizer(of: logits, kernels: .best)
        }
        self.targets = self.targets.dropFirst(count)
    }

    /// The prompt, or a continuation, is computed: goes on with the next continuation that has tokens.
    private func beginNext() {
        if self.hasPrompt {
            self.sums.append(self.sum)
        } else {
            self.core.prefixes?.insert(self.cache, tokens: self.prompt, tail: true)
            self.hasPrompt = true
        }
        while self.sums.count < self.continuations.count, self.continuations[self.sums.count].isEmpty {
            self.sums.append(0)
        }
        guard self.sums.count < self.continuations.count else { return }
        let next = self.continuations[self.sums.count]
        self.cache.truncate(to: self.prompt.count - 1)
        self.inputs = (self.prompt.suffix(1) + next.dropLast())[...]
        self.targets = next[...]
        self.sum = 0
    }
}
