// SPDX-License-Identifier: Apache-2.0

/// Finds a token by its bytes: a hash table with open addressing over one piece of memory.
struct TokenTable: Sendable {
    /// The strings; a string's place is its token.
    private(set) var strings: ByteStringList

    /// The length of the longest string in bytes.
    private(set) var longest = 0

    /// Tokens by hash, -1 where there is none; the count is a power of two and at most half are taken.
    private var slots: [TokenID]

    /// This process's hash seed.
    private let seed = ByteHash.seed

    /// A table with room for some strings.
    init(capacity: Int) {
        self.strings = ByteStringList()
        var size = 16
        while size < capacity * 2 { size *= 2 }
        self.slots = [TokenID](repeating: -1, count: size)
    }

    /// Makes room for the strings themselves.
    mutating func reserve(strings: Int, bytes: Int) { self.strings.reserve(strings: strings, bytes: bytes) }

    /// Adds a string as the next token.
    ///
    /// - Parameters:
    ///   - string: The token's bytes.
    ///   - findable: Whether ``find(_:)`` shall know it.
    /// - Returns: The token that has the same bytes already, or nil.
    mutating func append(_ string: UnsafeRawBufferPointer, findable: Bool = true) -> TokenID? {
        let id = TokenID(self.strings.count)
        var existing: TokenID?
        if findable {
            if (self.strings.count + 1) * 2 > self.slots.count { self.grow() }
            let slot = self.slot(of: string)
            if self.slots[slot] >= 0 { existing = self.slots[slot] } else { self.slots[slot] = id }
            self.longest = max(self.longest, string.count)
        }
        self.strings.append(string)
        return existing
    }

    /// The token with exactly these bytes, or -1.
    @inline(__always)
    func find(_ string: UnsafeRawBufferPointer) -> TokenID {
        string.count > self.longest ? -1 : self.slots[self.slot(of: string)]
    }

    /// The slot where a string is or would be.
    private func slot(of string: UnsafeRawBufferPointer) -> Int {
        let mask = self.slots.count - 1
        var slot = Int(truncatingIfNeeded: ByteHash.hash(string, seed: self.seed)) & mask
        return self.strings.bytes.withUnsafeBytes { all in
            while self.slots[slot] >= 0 {
                let range = self.strings.range(Int(self.slots[slot]))
                if range.count == string.count, UnsafeRawBufferPointer(rebasing: all[range]).elementsEqual(string) {
                    break
                }
                slot = (slot + 1) & mask
            }
            return slot
        }
    }

    /// Doubles the number of slots.
    private mutating func grow() {
        let old = self.slots.filter { $0 >= 0 }
        self.slots = [TokenID](repeating: -1, count: self.slots.count * 2)
        for id in old {
            let string = Array(self.strings[Int(id)])
            self.slots[string.withUnsafeBytes { self.slot(of: $0) }] = id
        }
    }
}
