// SPDX-License-Identifier: Apache-2.0

package import Tokenization

/// A set of tokens, one bit each.
package struct TokenMask: Sendable, Hashable {
    /// The bits, 64 tokens in a word; those beyond the vocabulary are zero.
    package private(set) var words: [UInt64]

    /// No tokens of a vocabulary.
    package init(vocabularySize: Int) { self.words = [UInt64](repeating: 0, count: (vocabularySize + 63) / 64) }

    /// How many tokens there are.
    package var count: Int { self.words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Whether there are none.
    package var isEmpty: Bool { self.words.allSatisfy { $0 == 0 } }

    /// Whether a token is in the set; what the vocabulary does not have is not.
    package func contains(_ token: TokenID) -> Bool {
        let word = Int(token) >> 6
        return self.words.indices.contains(word) && self.words[word] >> UInt64(token & 63) & 1 == 1
    }

    /// Adds a token of the vocabulary.
    package mutating func insert(_ token: TokenID) { self.words[Int(token) >> 6] |= 1 << UInt64(token & 63) }

    /// Adds the tokens of another set over the same vocabulary.
    package mutating func formUnion(_ other: Self) {
        for index in self.words.indices { self.words[index] |= other.words[index] }
    }

    /// The tokens, in order.
    package var tokens: [TokenID] {
        var tokens: [TokenID] = []
        for (index, word) in self.words.enumerated() {
            var rest = word
            while rest != 0 {
                tokens.append(TokenID(index * 64 + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        return tokens
    }
}
