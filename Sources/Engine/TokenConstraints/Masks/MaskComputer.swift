// SPDX-License-Identifier: Apache-2.0

/// Computes which tokens an automaton allows, and remembers it by state; for one thread at a time.
package final class MaskComputer {
    private let vocabulary: ConstraintVocabulary
    private let automaton: any ByteAutomaton
    private let memoryLimit: Int
    private var memory = 0
    private var masks: [AutomatonState: StateMask] = [:]
    private var states: [AutomatonState] = []

    /// Computes masks.
    ///
    /// - Parameters:
    ///   - automaton: What allows texts.
    ///   - vocabulary: The tokens.
    ///   - memoryLimit: The most bytes of masks to remember.
    package init(_ automaton: any ByteAutomaton, vocabulary: ConstraintVocabulary, memoryLimit: Int = 8 << 20) {
        self.automaton = automaton
        self.vocabulary = vocabulary
        self.memoryLimit = memoryLimit
    }

    /// What may come next in a state that is alive.
    package func mask(_ state: AutomatonState) -> StateMask {
        if let known = self.masks[state] { return known }
        let mask = self.compute(self.automaton, state)
        // What is needed again is soon there again.
        if self.memory + mask.cost > self.memoryLimit {
            self.masks.removeAll(keepingCapacity: true)
            self.memory = 0
        }
        self.masks[state] = mask
        self.memory += mask.cost
        return mask
    }

    private func compute(_ automaton: some ByteAutomaton, _ state: AutomatonState) -> StateMask {
        var mask: TokenMask
        var trie = self.vocabulary.trie
        if let free = automaton.freeText(state),
            let runs = self.vocabulary.slice(free.kind).runs(within: free)
        {
            mask = runs
            trie = self.vocabulary.slice(free.kind).others
        } else {
            mask = self.vocabulary.emptyMask
        }
        trie.walk(automaton, from: state, states: &self.states) { mask.insert($0) }
        let count = mask.count
        let canEnd = automaton.accepts(state)
        if canEnd { for end in self.vocabulary.ends { mask.insert(end) } }
        // Where one text is forced, its beginnings are all that is allowed, and those are few.
        let mayForce = !canEnd && (1...Self.mostBeginnings).contains(count)
        return StateMask(
            mask: mask, textCount: count, canEnd: canEnd,
            forced: mayForce ? ForcedTokens(vocabulary: self.vocabulary).tokens(automaton, from: state) : [])
    }

    /// Tokens that are beginnings of one text.
    private static let mostBeginnings = 64
}
