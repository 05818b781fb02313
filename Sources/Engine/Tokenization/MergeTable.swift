// SPDX-License-Identifier: Apache-2.0

/// What becomes of two neighbouring symbols when they are merged.
struct Merge: Sendable {
    /// Which merge goes first: the smallest rank.
    var rank: Int32
    /// The symbol they become.
    var symbol: Int32
}

/// Finds the merge of a pair of symbols: a hash table with open addressing.
struct MergeTable: Sendable {
    /// One slot; a key of all ones is empty.
    private struct Slot {
        var key: UInt64 = .max
        var merge = Merge(rank: 0, symbol: 0)
    }

    /// The slots; the count is a power of two and at most half are taken.
    private var slots: [Slot]

    /// How many bits of the hash choose the slot.
    private let shift: UInt64

    /// This process's hash seed.
    private let seed = ByteHash.seed

    /// A table with room for exactly so many merges.
    init(capacity: Int) {
        var bits: UInt64 = 4
        while (1 << bits) < capacity * 2 { bits += 1 }
        self.slots = [Slot](repeating: Slot(), count: 1 << Int(bits))
        self.shift = 64 - bits
    }

    /// Adds a merge unless the pair has one already.
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let key = Self.key(left, right)
        let slot = self.slot(of: key)
        if self.slots[slot].key == .max { self.slots[slot] = Slot(key: key, merge: merge) }
    }

    /// The merge of a pair, or nil.
    @inline(__always)
    func find(_ left: Int32, _ right: Int32) -> Merge? {
        let key = Self.key(left, right)
        let slot = self.slots[self.slot(of: key)]
        return slot.key == key ? slot.merge : nil
    }

    /// Both symbols in one number.
    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// The slot where a pair is or would be.
    @inline(__always)
    private func slot(of key: UInt64) -> Int {
        let mask = self.slots.count - 1
        var slot = Int(truncatingIfNeeded: ByteHash.hash(key, seed: self.seed) >> self.shift)
        while self.slots[slot].key != key, self.slots[slot].key != .max { slot = (slot + 1) & mask }
        return slot
    }
}
