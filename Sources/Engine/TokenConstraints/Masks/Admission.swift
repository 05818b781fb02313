// SPDX-License-Identifier: Apache-2.0

package import Tokenization

/// Whether masks let a text through, token by token, and then its end.
package struct Admission: Sendable {
    /// Where a text was refused.
    package struct Refusal: Sendable {
        /// The token that was refused, among those of the text; their count where the text may not end.
        package let token: Int
        /// How many bytes of the text were admitted.
        package let position: Int
        /// The tokens that were allowed instead.
        package let allowed: [TokenID]
        /// Whether the text was allowed to end instead.
        package let canEnd: Bool
    }

    /// The tokens of the text.
    package let tokens: [TokenID]
    /// Where the text was refused; nil if it was admitted.
    package let refusal: Refusal?
    /// How long each mask took to come, in nanoseconds.
    package let maskTimes: [Int64]

    /// Whether the text was admitted as a whole.
    package var isAdmitted: Bool { self.refusal == nil }

    /// Asks for a mask before every token of a text, and for one at its end.
    ///
    /// - Parameters:
    ///   - text: The text, in UTF-8.
    ///   - automaton: What allows texts.
    ///   - masks: Masks of that automaton.
    ///   - tokenizer: Whose tokens the masks are about.
    package init(of text: [UInt8], automaton: any ByteAutomaton, masks: MaskComputer, tokenizer: Tokenizer) {
        let tokens = tokenizer.encode(bytes: text, addSpecial: false, parseSpecial: false)
        var state = automaton.start
        var times = [Int64]()
        var position = 0
        var refusal: Refusal?
        let clock = ContinuousClock()
        for index in 0...tokens.count {
            guard !state.isDead else {
                refusal = Refusal(token: index, position: position, allowed: [], canEnd: false)
                break
            }
            let start = clock.now
            let mask = masks.mask(state)
            times.append(Int64((clock.now - start) / .nanoseconds(1)))
            guard index < tokens.count ? mask.mask.contains(tokens[index]) : mask.canEnd else {
                refusal = Refusal(token: index, position: position, allowed: mask.mask.tokens, canEnd: mask.canEnd)
                break
            }
            if index < tokens.count, let bytes = tokenizer.bytes(of: tokens[index]) {
                state = automaton.next(state, bytes)
                position += bytes.count
            }
        }
        self.tokens = tokens
        self.refusal = refusal
        self.maskTimes = times
    }
}
