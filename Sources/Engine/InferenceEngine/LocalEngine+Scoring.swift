// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import TensorKernels
internal import Tokenization
internal import TransformerRuntime

extension LocalEngine.Core {
    /// The log-probability of each continuation of a prompt.
    func score(prompt: [TokenID], continuations: [[TokenID]], isCancelled: () -> Bool) throws -> [Double] {
        let cache = KVCache(pool: self.pages, capacity: self.contextLength)
        _ = self.prefixes?.extend(cache, with: prompt.dropLast())
        var rest = prompt[cache.count...].dropLast()
        while !rest.isEmpty {
            let piece = rest.prefix(self.forward.capacity)
            try self.run(piece, in: cache, logits: .none, isCancelled: isCancelled)
            rest = rest.dropFirst(piece.count)
        }
        self.prefixes?.insert(cache, tokens: prompt, tail: true)
        let shared = cache.count
        return try continuations.map { continuation in
            cache.truncate(to: shared)
            return try self.score(continuation, after: prompt.suffix(1), cache: cache, isCancelled: isCancelled)
        }
    }

    private func score(
        _ continuation: [TokenID], after last: ArraySlice<TokenID>, cache: KVCache, isCancelled: () -> Bool
    ) throws -> Double {
        var inputs = (last + continuation.dropLast())[...]
        var targets = continuation[...]
        var sum = 0.0
        while !inputs.isEmpty {
            let piece = inputs.prefix(self.forward.capacity)
            let rows = try self.run(piece, in: cache, logits: .all, isCancelled: isCancelled)
            for (row, target) in zip(0..<rows, targets) {
                let logits = self.forward.logits(row)
                sum += Double(logits[Int(target)]) - LogProbabilities.normalizer(of: logits, kernels: .best)
            }
            inputs = inputs.dropFirst(piece.count)
            targets = targets.dropFirst(piece.count)
        }
        return sum
    }

    @discardableResult
    private func run(
        _ tokens: ArraySlice<TokenID>, in cache: KVCache, logits: ForwardPass.WantedLogits, isCancelled: () -> Bool
    ) throws -> Int {
        if isCancelled() { throw CancellationError() }
        _ = self.makeRoom(in: cache, of: nil, tokens: tokens.count)
        return try self.forward.run([.init(cache: cache, tokens: tokens, logits: logits)])
    }
}
