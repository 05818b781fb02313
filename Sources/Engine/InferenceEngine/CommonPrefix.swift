// SPDX-License-Identifier: Apache-2.0

internal import Tokenization

extension Collection<TokenID> {
    /// How many tokens at the beginning are those of another sequence, too.
    func commonPrefixLength(with other: some Collection<TokenID>) -> Int {
        var length = 0
        var rest = other.makeIterator()
        for token in self {
            guard let next = rest.next(), next == token else { break }
            length += 1
        }
        return length
    }
}
