// SPDX-License-Identifier: Apache-2.0

/// Says what two neighbouring symbols of a word become.
protocol MergeRule {
    /// The merge of two neighbouring symbols, or nil.
    ///
    /// - Parameters:
    ///   - left: The left symbol.
    ///   - right: The right symbol.
    ///   - bytes: The bytes of both together.
    func merge(_ left: Int32, _ right: Int32, spelling bytes: UnsafeRawBufferPointer) -> Merge?
}

/// Merges the symbols of a word, always the pair with the smallest rank next, the leftmost of equals.
///
/// Short words are searched anew for every merge; long ones keep their pairs in a heap, so that a megabyte without a
/// space takes n log n steps.
struct MergeEngine {
    /// A symbol and its place in the word.
    struct Piece {
        var symbol: Int32
        var start: Int32
        var length: Int32
    }

    /// The symbols of the word; fill it, call ``run(_:over:)``, then read it.
    var pieces: [Piece] = []

    /// Words of more symbols than this use the heap.
    private static let longest = 48

    /// The merge of each piece with its right neighbour; rank ``Int32/max`` where there is none.
    private var merges: [Merge] = []

    /// The neighbours of each piece in a long word.
    private var links: [(previous: Int32, next: Int32)] = []

    /// The pairs of a long word.
    private var heap = MergeHeap()

    /// Merges until nothing can be merged.
    ///
    /// - Parameters:
    ///   - rule: What pairs become.
    ///   - word: The word's bytes, into which the pieces point.
    mutating func run(_ rule: some MergeRule, over word: UnsafeRawBufferPointer) {
        if self.pieces.count <= Self.longest {
            self.runBySearch(rule, word)
        } else {
            self.runByHeap(rule, word)
        }
    }

    /// The merge of two pieces.
    @inline(__always)
    private func merge(_ left: Int, _ right: Int, _ rule: some MergeRule, _ word: UnsafeRawBufferPointer) -> Merge? {
        let (first, second) = (self.pieces[left], self.pieces[right])
        let end = Int(second.start) + Int(second.length)
        return rule.merge(
            first.symbol, second.symbol, spelling: UnsafeRawBufferPointer(rebasing: word[Int(first.start)..<end]))
    }

    /// Merges a short word.
    private mutating func runBySearch(_ rule: some MergeRule, _ word: UnsafeRawBufferPointer) {
        let none = Merge(rank: .max, symbol: 0)
        self.merges.removeAll(keepingCapacity: true)
        for index in 0..<max(0, self.pieces.count - 1) {
            self.merges.append(self.merge(index, index + 1, rule, word) ?? none)
        }
        while true {
            var best = -1
            var rank = Int32.max
            for index in self.merges.indices where self.merges[index].rank < rank {
                best = index
                rank = self.merges[index].rank
            }
            guard best >= 0 else { return }
            self.pieces[best].symbol = self.merges[best].symbol
            self.pieces[best].length += self.pieces[best + 1].length
            self.pieces.remove(at: best + 1)
            self.merges.remove(at: best)
            if best > 0 { self.merges[best - 1] = self.merge(best - 1, best, rule, word) ?? none }
            if best < self.merges.count { self.merges[best] = self.merge(best, best + 1, rule, word) ?? none }
        }
    }

    /// Merges a long word.
    private mutating func runByHeap(_ rule: some MergeRule, _ word: UnsafeRawBufferPointer) {
        let count = self.pieces.count
        self.links.removeAll(keepingCapacity: true)
        for index in 0..<count {
            self.links.append((Int32(index) - 1, index + 1 < count ? Int32(index) + 1 : -1))
        }
        self.heap.removeAll()
        for index in 1..<count { self.push(Int32(index) - 1, Int32(index), rule, word) }
        while let pair = self.heap.popSmallest() {
            let (left, right) = (Int(pair.left), Int(pair.right))
            // Pieces that were merged away have no length; those that grew since make the sum differ.
            guard self.pieces[left].length > 0, self.pieces[right].length > 0,
                self.pieces[left].length + self.pieces[right].length == pair.length
            else { continue }
            self.pieces[left].symbol = pair.symbol
            self.pieces[left].length = pair.length
            self.pieces[right].length = 0
            let next = self.links[right].next
            self.links[left].next = next
            if next >= 0 { self.links[Int(next)].previous = pair.left }
            self.push(self.links[left].previous, pair.left, rule, word)
            self.push(pair.left, next, rule, word)
        }
        self.pieces.removeAll { $0.length == 0 }
        // A giant word's buffers are not worth keeping.
        if count > 1 << 16 { self.heap = MergeHeap() }
    }

    /// Puts a pair into the heap if it can be merged.
    @inline(__always)
    private mutating func push(
        _ left: Int32, _ right: Int32, _ rule: some MergeRule, _ word: UnsafeRawBufferPointer
    ) {
        guard left >= 0, right >= 0, let merge = self.merge(Int(left), Int(right), rule, word) else { return }
        let length = self.pieces[Int(left)].length + self.pieces[Int(right)].length
        self.heap.push(
            MergeHeap.Pair(rank: merge.rank, left: left, right: right, symbol: merge.symbol, length: length))
    }
}
