// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import TensorKernels
internal import Tokenization
internal import TransformerRuntime

extension LocalEngine {
    /// The part of the engine that computes; everything here happens on the engine's queue.
    final class Core {
        let tokenizer: Tokenizer
        let forward: ForwardPass
        let contextLength: Int
        let promptTokensBesideDecoding: Int
        let pages: KVPagePool
        let prefixes: PrefixCache?
        /// Sequences that are computed; those before others may take their pages.
        private(set) var active: [ActiveSequence] = []
        private let maximumSequences: Int
        private let speculation: Speculation
        private let draftModel: DraftModel?
        private(set) var costs = StepCosts()
        private let batch: ForwardBatch
        private var plan: [Planned] = []
        private var requests = RequestQueue<ActiveSequence.Request>()
        /// What adds up over the engine's life.
        private var counts = EngineUsage()

        /// A sequence's part in a batch.
        struct Planned {
            let sequence: ActiveSequence
            /// Pending tokens that are computed.
            let count: Int
            /// Guesses computed beside them.
            let draft: [TokenID]
            /// Whether the tokens are a piece of a prompt, or of what is computed again.
            let isPrompt: Bool
            /// What was computed before.
            let start: Int

            init(_ sequence: ActiveSequence, count: Int, draft: [TokenID] = [], isPrompt: Bool = false) {
                self.sequence = sequence
                self.count = count
                self.draft = draft
                self.isPrompt = isPrompt
                self.start = sequence.cache.count
            }
        }

        init(
            model: TransformerModel, tokenizer: Tokenizer, pool: WorkerPool, configuration: EngineConfiguration,
            contextLength: Int, pages: KVPagePool, draftModel: DraftModel?
        ) {
            self.tokenizer = tokenizer
            self.forward = ForwardPass(
                model: model, pool: pool, capacity: max(configuration.batchTokens, configuration.maximumSequences))
            self.contextLength = contextLength
            self.promptTokensBesideDecoding = configuration.promptTokensBesideDecoding
            self.pages = pages
            self.prefixes = configuration.prefixCache ? PrefixCache() : nil
            self.maximumSequences = configuration.maximumSequences
            self.speculation = configuration.speculation
            self.draftModel = draftModel
            self.batch = ForwardBatch(capacity: self.forward.capacity)
        }

        /// What is held at this moment.
        var usage: EngineUsage {
            var usage = self.counts
            usage.activeSequences = self.active.count
            usage.queuedRequests = self.requests.count
            usage.usedPages = self.pages.usedPages
            usage.rememberedPages = self.prefixes?.pageCount ?? 0
            usage.totalPages = self.pages.capacity
            return usage
        }

        /// Whether something waits or is computed.
        var hasWork: Bool { !self.active.isEmpty || self.requests.count > 0 }

        /// Puts requests where they wait for a place.
        ///
        /// - Returns: Whether nothing was to be done before, so that somebody must begin.
        func enqueue(_ requests: [ActiveSequence.Request]) -> Bool {
            defer { for request in requests { self.requests.append(request) } }
            return !self.hasWork
        }

        private func startRequests(onEnd: () -> Void) {
            let waiting = self.requests.count
            let late = self.requests.removeExpired(now: .now)
            for _ in self.requests.count..<waiting { onEnd() }
            for request in late {
                request.events.finish(throwing: LocalEngine.deadlineError)
            }
            while self.active.count < self.maximumSequences, let request = self.requests.popNext() {
                self.start(request)
            }
        }

        private func start(_ request: ActiveSequence.Request) {
            let sequence = ActiveSequence(
                request, cache: KVCache(pool: self.pages, capacity: self.contextLength, adapter: request.adapter),
                tokenizer: self.tokenizer,
                contextLength: self.contextLength, drafts: self.makeDraftPlan())
            let place = self.active.firstIndex { $0.request.job.priority < request.job.priority }
            self.active.insert(sequence, at: place ?? self.active.endIndex)
        }

        private func makeDraftPlan() -> DraftPlan? {
            let source: (any DraftSource)? =
                switch self.speculation.kind {
                case .off: nil
                case .promptLookup: PromptLookup()
                case .draftModel: self.draftModel?.makeSource()
                }
            return source.map { DraftPlan(source: $0, maximum: self.speculation.maximumDraft) }
        }

        /// Computes one batch: a token of every sequence that decodes, and a piece of a prompt.
        ///
        /// - Parameter onEnd: Called for each request that ends, before whoever reads it is told, so that the next request
        ///   of the same reader finds its place free.
        func step(onEnd: () -> Void) {
            self.startRequests(onEnd: onEnd)
            self.failExpired()
            self.removeFinished(onEnd: onEnd)
            self.computeBatch()
            self.removeFinished(onEnd: onEnd)
        }

        private func computeBatch() {
            self.planBatch(into: &self.plan)
            if self.plan.isEmpty { return self.failFirst() }
            self.fillBatch()
            let clock = ContinuousClock()
            let start = clock.now
            do {
                try self.forward.run(self.batch)
                if self.plan.allSatisfy({ $0.count == 1 }) {
                    self.costs.record(rows: self.batch.count, seconds: start.duration(to: clock.now) / .seconds(1))
                }
                self.deliver()
            } catch {
                let failure = LLMError(.backendFailed, "The engine could not compute a batch.", cause: error)
                for planned in self.plan { planned.sequence.fail(failure) }
            }
            self.batch.clear()
            self.plan.removeAll(keepingCapacity: true)
        }

        /// The first sequence always finds room; should it not, others must not wait for it forever.
        private func failFirst() {
            self.active.first?.fail(
                LLMError(
                    .contextOverflow, "The KV cache of \(self.pages.capacity) pages has no room for one sequence."))
        }

        private func failExpired() {
            let now = ContinuousClock.now
            for sequence in self.active {
                if let deadline = sequence.request.job.deadline, deadline <= now {
                    sequence.fail(LocalEngine.deadlineError)
                }
            }
        }

        private func fillBatch() {
            self.batch.clear()
            for planned in self.plan {
                let sequence = planned.sequence
                sequence.began()
                let tokens = sequence.tokens[sequence.cache.count...].prefix(planned.count)
                let isLast = planned.count == sequence.pendingCount
                self.batch.append(
                    tokens, of: sequence.cache, logits: planned.draft.isEmpty ? (isLast ? .last : .none) : .all,
                    draft: planned.draft)
            }
        }

        /// Gives each sequence what its part of the batch resulted in.
        private func deliver() {
            var row = 0
            for planned in self.plan {
                let sequence = planned.sequence
                // The guesses are in the cache now, but they are no tokens of the sequence yet.
                guard sequence.pendingCount + planned.draft.count == 0 else {
                    self.prefixes?.insert(sequence.cache, tokens: sequence.tokens, tail: false)
                    continue
                }
                if planned.isPrompt {
                    self.prefixes?.insert(sequence.cache, tokens: sequence.tokens, tail: sequence.sharesPrompt)
                    sequence.sharesPrompt = false
                }
                let first = row
                let accepted = sequence.computed(draft: planned.draft) { self.forward.logits(first + $0) }
                self.counts.draftTokens += planned.draft.count
                self.counts.acceptedDraftTokens += accepted
                row += 1 + planned.draft.count
            }
        }

        /// Lets go of sequences that are done or that nobody waits for; their pages stay for others.
        private func removeFinished(onEnd: () -> Void) {
            self.active.removeAll { sequence in
                guard sequence.isFinished || sequence.request.isCancelled else { return false }
                self.releasePages(of: sequence)
                self.counts.cachedPromptTokens += sequence.cachedPromptTokens
                self.requests.ended(sequence.request.job, answerTokens: sequence.sampledCount)
                onEnd()
                sequence.sendEnd()
                return true
            }
        }

        /// Takes a sequence's pages away, and remembers them as long as nobody needs them.
        func releasePages(of sequence: ActiveSequence) {
            self.prefixes?.insert(sequence.cache, tokens: sequence.tokens, tail: true)
            sequence.releasePages()
        }
    }
}
