// SPDX-License-Identifier: Apache-2.0

package import Tokenization

/// Guesses how one sequence goes on; used on the engine's queue only.
package protocol DraftSource: AnyObject {
    /// Tokens that may follow.
    ///
    /// - Parameters:
    ///   - tokens: The sequence so far.
    ///   - limit: The most tokens, 1 or more.
    func propose(after tokens: [TokenID], limit: Int) -> [TokenID]
}

/// Looks up what followed the last tokens when they last occurred.
package final class PromptLookup: DraftSource {
    /// Longer matches are better guesses; a single token is none.
    private static let matchLengths = [3, 2]
    /// Tokens that are looked through.
    private static let window = 4096

    /// Looks nothing up yet.
    package init() {}

    /// What followed the latest occurrence of the last tokens.
    package func propose(after tokens: [TokenID], limit: Int) -> [TokenID] {
        for length in Self.matchLengths where tokens.count > length {
            let last = tokens.suffix(length)
            let first = max(0, tokens.count - Self.window)
            for start in stride(from: tokens.count - length - 1, through: first, by: -1)
            where tokens[start] == last[last.startIndex] && tokens[start..<start + length].elementsEqual(last) {
                // What reaches the end goes on with the guesses themselves: a loop is guessed as a loop.
                var draft: [TokenID] = []
                for index in start + length..<start + length + limit {
                    draft.append(index < tokens.count ? tokens[index] : draft[index - tokens.count])
                }
                return draft
            }
        }
        return []
    }
}
