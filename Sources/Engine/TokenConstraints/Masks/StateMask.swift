// SPDX-License-Identifier: Apache-2.0

/// What may come next in one state of an automaton.
package final class StateMask: Sendable {
    /// The tokens that may come next; those that end the generation where the text may end.
    package let mask: TokenMask
    /// How many of them are text.
    package let textCount: Int
    /// Whether the text may end here.
    package let canEnd: Bool

    init(mask: TokenMask, textCount: Int, canEnd: Bool) {
        self.mask = mask
        self.textCount = textCount
        self.canEnd = canEnd
    }

    /// Whether what comes next may be forced: the beginnings of one text are all that is allowed then, and those are few.
    var mayForce: Bool { !self.canEnd && (1...64).contains(self.textCount) }

    /// The bytes of memory it takes, about.
    var cost: Int { self.mask.words.count * 8 + 64 }
}
