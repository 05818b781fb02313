// SPDX-License-Identifier: Apache-2.0

/// A set of the declared names of an object, by their numbers.
struct NameSet: Hashable, Sendable {
    private var words: [UInt64]

    init(count: Int) { self.words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    func contains(_ name: Int) -> Bool { self.words[name >> 6] >> UInt64(name & 63) & 1 == 1 }

    mutating func insert(_ name: Int) { self.words[name >> 6] |= 1 << UInt64(name & 63) }

    mutating func formUnion(_ other: Self) {
        for index in self.words.indices { self.words[index] |= other.words[index] }
    }

    func subtracting(_ other: Self) -> Self {
        var rest = self
        for index in rest.words.indices { rest.words[index] &= ~other.words[index] }
        return rest
    }

    var count: Int { self.words.reduce(0) { $0 + $1.nonzeroBitCount } }

    var isEmpty: Bool { self.words.allSatisfy { $0 == 0 } }

    func isDisjoint(with other: Self) -> Bool { !zip(self.words, other.words).contains { $0 & $1 != 0 } }
}
