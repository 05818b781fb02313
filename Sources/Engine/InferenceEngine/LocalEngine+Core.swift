// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import TensorKernels
internal import Tokenization
internal import TransformerRuntime

extension LocalEngine {
    /// The part of the engine that computes; everything here happens on the engine's queue.
    final class Core {
        private let model: TransformerModel
        private let tokenizer: Tokenizer
        private let forward: ForwardPass
        private let contextLength: Int
        private let maximumSequences: Int
        private var active: [ActiveSequence] = []

        init(
            model: TransformerModel, tokenizer: Tokenizer, pool: WorkerPool, configuration: EngineConfiguration,
            contextLength: Int
        ) {
            self.model = model
            self.tokenizer = tokenizer
            self.forward = ForwardPass(
                model: model, pool: pool, capacity: max(configuration.batchTokens, configuration.maximumSequences))
            self.contextLength = contextLength
            self.maximumSequences = configuration.maximumSequences
        }

        /// Sequences that hold memory.
        var activeCount: Int { self.active.count }

        /// How many more requests can be started now.
        var freePlaces: Int { self.maximumSequences - self.active.count }

        func start(_ requests: [ActiveSequence.Request]) {
            self.active += requests.map {
                ActiveSequence(
                    $0, model: self.model, tokenizer: self.tokenizer, contextLength: self.contextLength)
            }
        }

        /// Computes one batch: a token of every sequence that decodes, and a piece of a prompt.
        func step() {
            self.active.removeAll { $0.request.handle.isCancelled }
            let (sequences, segments) = self.nextBatch()
            guard !segments.isEmpty else { return }
            do {
                try self.forward.run(segments)
            } catch {
                for sequence in sequences { sequence.fail(error) }
                self.active.removeAll(where: \.isFinished)
                return
            }
            var row = 0
            for (sequence, segment) in zip(sequences, segments) {
                guard segment.logits == .last else {
                    sequence.computed(segment, logits: nil)
                    continue
                }
                sequence.computed(segment, logits: self.forward.logits(row))
                row += 1
            }
            self.active.removeAll(where: \.isFinished)
        }

        private func nextBatch() -> ([ActiveSequence], [ForwardPass.Segment]) {
            var sequences: [ActiveSequence] = []
            var segments: [ForwardPass.Segment] = []
            var room = self.forward.capacity
            let decoding = self.active.filter { !$0.isPrefilling }
            let prefilling = self.active.filter(\.isPrefilling)
            for sequence in decoding + prefilling where room > 0 {
                let segment = sequence.segment(limit: room)
                sequences.append(sequence)
                segments.append(segment)
                room -= segment.tokens.count
            }
            return (sequences, segments)
        }

        /// The log-probability of each continuation of a prompt.
        func score(prompt: [TokenID], continuations: [[TokenID]], isCancelled: () -> Bool) throws -> [Double] {
            let longest = continuations.map(\.count).max() ?? 0
            let cache = KVCache(model: self.model, capacity: min(self.contextLength, prompt.count + longest))
            var rest = prompt.dropLast()
            while !rest.isEmpty {
                if isCancelled() { throw CancellationError() }
                let piece = rest.prefix(self.forward.capacity)
                try self.forward.run([.init(cache: cache, tokens: piece, logits: .none)])
                rest = rest.dropFirst(piece.count)
            }
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
                if isCancelled() { throw CancellationError() }
                let piece = inputs.prefix(self.forward.capacity)
                let rows = try self.forward.run([.init(cache: cache, tokens: piece, logits: .all)])
                for (row, target) in zip(0..<rows, targets) {
                    let logits = self.forward.logits(row)
                    sum += Double(logits[Int(target)]) - LogProbabilities.normalizer(of: logits, kernels: .best)
                }
                inputs = inputs.dropFirst(piece.count)
                targets = targets.dropFirst(piece.count)
            }
            return sum
        }
    }
}
