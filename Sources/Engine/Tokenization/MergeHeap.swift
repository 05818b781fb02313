// SPDX-License-Identifier: Apache-2.0

/// A binary heap of pairs that could be merged, the one with the smallest rank first, the leftmost of equals.
struct MergeHeap {
    /// Two neighbouring pieces of a word and what they would become.
    struct Pair {
        var rank: Int32
        var left: Int32
        var right: Int32
        var symbol: Int32
        /// The bytes of both when the pair was found; the pair is stale when the pieces have other lengths.
        var length: Int32

        /// The order in the heap.
        @inline(__always)
        static func precedes(_ a: Pair, _ b: Pair) -> Bool { a.rank < b.rank || (a.rank == b.rank && a.left < b.left) }
    }

    /// The heap.
    private var pairs: [Pair] = []

    /// Forgets all pairs.
    mutating func removeAll() { self.pairs.removeAll(keepingCapacity: true) }

    /// Adds a pair.
    mutating func push(_ pair: Pair) {
        self.pairs.append(pair)
        self.pairs.withUnsafeMutableBufferPointer { pairs in
            var place = pairs.count - 1
            while place > 0 {
                let parent = (place - 1) / 2
                guard Pair.precedes(pair, pairs[parent]) else { break }
                pairs[place] = pairs[parent]
                place = parent
            }
            pairs[place] = pair
        }
    }

    /// Takes the smallest pair out.
    mutating func popSmallest() -> Pair? {
        guard let smallest = self.pairs.first, let last = self.pairs.popLast() else { return nil }
        guard !self.pairs.isEmpty else { return smallest }
        self.pairs.withUnsafeMutableBufferPointer { pairs in
            var place = 0
            while true {
                var child = 2 * place + 1
                guard child < pairs.count else { break }
                if child + 1 < pairs.count, Pair.precedes(pairs[child + 1], pairs[child]) { child += 1 }
                guard Pair.precedes(pairs[child], last) else { break }
                pairs[place] = pairs[child]
                place = child
            }
            pairs[place] = last
        }
        return smallest
    }
}
