// SPDX-License-Identifier: Apache-2.0

package import Tokenization

/// Computes which tokens an automaton allows, and remembers it by state; for one thread at a time.
package final class MaskComputer {
    private let vocabulary: ConstraintVocabulary
    private let automaton: any ByteAutomaton
    private let memoryLimit: Int
    private var memory = 0
    private var masks: [AutomatonState: StateMask] = [:]
    private var forcedTokens: [AutomatonState: [TokenID]] = [:]
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
        return StateMask(mask: mask, textCount: count, canEnd: canEnd)
    }

    /// The tokens that must come next in a state that is alive, one after the other; empty where there is a choice.
    package func forced(_ state: AutomatonState) -> [TokenID] {
        if let known = self.forcedTokens[state] { return known }
        guard self.mask(state).mayForce else { return [] }
        if self.forcedTokens.count == Self.mostForced { self.forcedTokens.removeAll() }
        let tokens = ForcedTokens(vocabulary: self.vocabulary).tokens(self.automaton, from: state)
        self.forcedTokens[state] = tokens
        return tokens
    }

    /// States whose forced tokens are remembered.
    private static let mostForced = 4096
}
