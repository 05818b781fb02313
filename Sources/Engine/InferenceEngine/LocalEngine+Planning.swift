// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Tokenization
internal import TransformerRuntime

/// What goes into the next batch, and whose pages make room for it.
extension LocalEngine.Core {
    /// Tokens that two prompts must share for one to wait until the other's are computed.
    private static let sharingWorthWaiting = 16

    /// Plans a batch: answers first, then prompts, both by priority and then in the order in which they came.
    func planBatch(into plan: inout [Planned]) {
        plan.removeAll(keepingCapacity: true)
        var room = self.forward.capacity
        var waiting = self.active.count { !$0.isPrefilling }
        let hasPrompts = waiting < self.active.count
        let promptRoom = hasPrompts ? min(self.promptTokensBesideDecoding, room / 2) : 0
        for sequence in self.active where !sequence.isPrefilling {
            waiting -= 1
            guard self.makeRoom(in: sequence.cache, of: sequence, tokens: 1) else { continue }
            let draft = self.draft(for: sequence, room: room - 1 - promptRoom, behind: waiting)
            plan.append(Planned(sequence, count: 1, draft: draft))
            room -= 1 + draft.count
        }
        if !plan.isEmpty { room = min(room, self.promptTokensBesideDecoding) }
        for sequence in self.active where sequence.isPrefilling && room > 0 {
            let count = self.promptTokens(of: sequence, room: room, after: plan)
            if count == 0 { continue }
            plan.append(Planned(sequence, count: count, isPrompt: true))
            room -= count
        }
        // Whose pages were taken away in the meantime is not computed now.
        plan.removeAll { $0.start != $0.sequence.cache.count }
    }

    /// Guesses for a sequence; each one `behind` it needs a row, and maybe a page, of its own.
    private func draft(for sequence: ActiveSequence, room: Int, behind: Int) -> [TokenID] {
        guard room > behind else { return [] }
        let sequences = self.active.count { !$0.isPrefilling }
        let draft = sequence.draft(limit: room - behind, sequences: sequences, costs: self.costs)
        let pages = sequence.cache.pagesNeeded(for: 1 + draft.count)
        guard pages == 0 || pages <= self.pages.freePages - behind else { return [] }
        return (try? sequence.cache.reserve(1 + draft.count)) == nil ? [] : draft
    }

    /// How many tokens of a prompt to compute now; 0 lets it wait.
    private func promptTokens(of sequence: ActiveSequence, room: Int, after plan: [Planned]) -> Int {
        if let prefixes, sequence.mayShare {
            // First looked, then taken: what is continued as a copy inside a page cannot be continued from others any more.
            let known = prefixes.knownCount(sequence.tokens.dropLast(), adapter: sequence.cache.adapter)
            if self.waitsForSharedPrompt(sequence, plan, known: max(known, sequence.cache.count)) { return 0 }
            sequence.extend(from: prefixes)
        }
        let isFirst = self.active.first === sequence
        // A prompt that could not be computed to its end would only take pages and lose them again.
        if sequence.cache.count == 0, !isFirst, !self.couldHold(sequence) { return 0 }
        let count = min(room, sequence.pendingCount)
        return self.makeRoom(in: sequence.cache, of: sequence, tokens: count) ? count : 0
    }

    /// Whether a prompt that is computed in the same batch has more in common with this one than what is known already.
    private func waitsForSharedPrompt(_ sequence: ActiveSequence, _ plan: [Planned], known: Int) -> Bool {
        for other in plan where other.isPrompt && other.sequence.cache.adapter === sequence.cache.adapter {
            let computed = other.sequence.tokens.prefix(other.sequence.cache.count + other.count)
            guard computed.count >= known + Self.sharingWorthWaiting else { continue }
            let shared = computed.commonPrefixLength(with: sequence.tokens)
            if shared >= min(known + Self.sharingWorthWaiting, sequence.tokens.count - 1), shared > known {
                other.sequence.sharesPrompt = true
                return true
            }
        }
        return false
    }

    /// Whether all of a sequence's tokens and a page more fit beside what other sequences hold.
    private func couldHold(_ sequence: ActiveSequence) -> Bool {
        let wanted = KVLayout.pages(for: sequence.tokens.count) + 1
        if wanted <= self.pages.freePages { return true }
        return wanted <= self.pages.freePages + (self.prefixes?.unusedPageCount ?? 0)
    }

    /// Sees to it that a cache can take more tokens: out of free pages, then of remembered ones, then of sequences behind.
    ///
    /// - Parameters:
    ///   - cache: Where the tokens go.
    ///   - owner: The sequence that it belongs to; nil goes before all sequences.
    ///   - tokens: How many.
    /// - Returns: Whether there is room.
    func makeRoom(in cache: KVCache, of owner: ActiveSequence?, tokens: Int) -> Bool {
        while cache.pagesNeeded(for: tokens) > self.pages.freePages {
            if self.prefixes?.evictOne() == true { continue }
            guard let victim = self.active.last(where: { $0.cache.pageCount > 0 && $0 !== owner }),
                owner.map({ self.isBehind(victim, $0) }) ?? true
            else {
                return self.makeRoomAlone(in: cache, of: owner, tokens: tokens)
            }
            self.releasePages(of: victim)
        }
        return (try? cache.reserve(tokens)) != nil
    }

    /// Where no other sequence can be asked for pages.
    private func makeRoomAlone(in cache: KVCache, of owner: ActiveSequence?, tokens: Int) -> Bool {
        if let owner, self.active.first !== owner {
            // Writing on needs pages of sequences before it: it steps back, so that they can finish.
            if !owner.isPrefilling { self.releasePages(of: owner) }
            return false
        }
        // What is remembered shares the last page, which would have to be copied.
        self.prefixes?.removeAll()
        return (try? cache.reserve(tokens)) != nil
    }

    private func isBehind(_ one: ActiveSequence, _ other: ActiveSequence) -> Bool {
        for sequence in self.active.reversed() {
            if sequence === one { return true }
            if sequence === other { return false }
        }
        return false
    }
}
