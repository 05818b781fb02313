// SPDX-License-Identifier: Apache-2.0

package import Tokenization

/// Follows one answer along a constraint; copies go their own ways.
package struct ConstraintMatcher {
    private let constraint: CompiledConstraint
    private let tokenizer: Tokenizer
    private var state: AutomatonState
    /// What may come next; nil where the answer left the constraint, which masks never allow.
    package private(set) var mask: StateMask?

    /// Begins an answer.
    package init(_ constraint: CompiledConstraint, tokenizer: Tokenizer) {
        self.constraint = constraint
        self.tokenizer = tokenizer
        self.state = constraint.automaton.start
        self.mask = constraint.mask(self.state)
    }

    /// Whether the answer may end here.
    package var canEnd: Bool { self.mask?.canEnd ?? false }

    /// Whether nothing but the end is allowed.
    package var isComplete: Bool { self.canEnd && self.mask?.textCount == 0 }

    /// Whether nothing is allowed: no token spells what would have to follow.
    package var isStuck: Bool { !self.canEnd && self.mask?.textCount ?? 0 == 0 }

    /// Tokens that must come next.
    package var forced: [TokenID] { self.state.isDead ? [] : self.constraint.forced(self.state) }

    /// Takes a token of the answer.
    package mutating func advance(_ token: TokenID) {
        guard !self.state.isDead else { return }
        self.state = self.constraint.automaton.next(self.state, self.tokenizer.piece(token))
        self.mask = self.state.isDead ? nil : self.constraint.mask(self.state)
    }

    /// How many of some tokens, from the first on, the constraint allows.
    package func allowedCount(of tokens: [TokenID]) -> Int {
        var state = self.state
        for (index, token) in tokens.enumerated() {
            guard !state.isDead, !self.tokenizer.isControl(token) else { return index }
            state = self.constraint.automaton.next(state, self.tokenizer.piece(token))
            if state.isDead { return index }
        }
        return tokens.count
    }
}
