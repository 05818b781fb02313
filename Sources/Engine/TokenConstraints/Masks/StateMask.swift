// SPDX-License-Identifier: Apache-2.0

package import Tokenization

/// What may come next in one state of an automaton.
package final class StateMask: Sendable {
    /// The tokens that may come next; those that end the generation where the text may end.
    package let mask: TokenMask
    /// How many of them are text.
    package let textCount: Int
    /// Whether the text may end here.
    package let canEnd: Bool
    /// The tokens that must come next, one after the other; empty where there is a choice.
    package let forced: [TokenID]

    init(mask: TokenMask, textCount: Int, canEnd: Bool, forced: [TokenID]) {
        self.mask = mask
        self.textCount = textCount
        self.canEnd = canEnd
        self.forced = forced
    }

    /// The bytes of memory it takes, about.
    var cost: Int { self.mask.words.count * 8 + self.forced.count * 4 + 64 }
}
