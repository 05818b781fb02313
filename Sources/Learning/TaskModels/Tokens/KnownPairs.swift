// SPDX-License-Identifier: Apache-2.0

/// Which pairs of words that follow each other a model has read in training, as a Bloom filter (Bloom, 1970): how much of a text is new to
/// it tells how far its probabilities can be believed.
///
/// The beginning and the end of a turn are words, too. One pair of a hundred that was never read is taken for one that was.
package struct KnownPairs: Sendable, Equatable {
    /// The filter, in words of 64 bits, a power of two of them; none where nothing is known of what was read.
    let filter: [UInt64]

    /// The most words of a filter: 64 MiB.
    static let mostWords = 1 << 23
    /// How many bits there are at least for each pair, and how many of them a pair sets.
    private static let bitsPerPair = 8, bitsSet: UInt64 = 3

    /// Knows nothing, and takes nothing for new.
    package init() { self.filter = [] }

    /// Reads a filter; nil where its length cannot be.
    init?(filter: [UInt64]) {
        guard filter.isEmpty || (filter.count.nonzeroBitCount == 1 && filter.count <= Self.mostWords) else {
            return nil
        }
        self.filter = filter
    }

    /// Reads texts.
    package init(of texts: some Sequence<String>) {
        var pairs: Set<UInt64> = []
        for text in texts { Self.forEachPair(of: TextWords.words(of: text, .folded)) { pairs.insert($0) } }
        var count = pairs.isEmpty ? 0 : 1
        while count * 64 < pairs.count * Self.bitsPerPair, count < Self.mostWords { count *= 2 }
        var filter = [UInt64](repeating: 0, count: count)
        for pair in pairs {
            for bit in Self.bits(of: pair, count) { filter[Int(bit / 64)] |= 1 << (bit % 64) }
        }
        self.filter = filter
    }

    /// The share of the pairs of some turns, each as its words, that are new; 0 where nothing is known of what was read.
    func novelty(of turns: some Sequence<[String]>) -> Float {
        guard !self.filter.isEmpty else { return 0 }
        var (new, all) = (0, 0)
        for words in turns {
            Self.forEachPair(of: words) { pair in
                all += 1
                let isKnown = Self.bits(of: pair, self.filter.count)
                    .allSatisfy { self.filter[Int($0 / 64)] & 1 << ($0 % 64) != 0 }
                if !isKnown { new += 1 }
            }
        }
        return Float(new) / Float(max(1, all))
    }

    private static func forEachPair(of words: [String], _ body: (UInt64) -> Void) {
        var last: UInt64 = 0
        for word in words {
            let hash = NGrams.hash(word.utf8)
            body(self.mixed(last, hash))
            last = hash
        }
        body(self.mixed(last, 0))
    }

    private static func mixed(_ first: UInt64, _ second: UInt64) -> UInt64 {
        var hash = (first &* 0x9E37_79B9_7F4A_7C15 ^ second) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 31) &* 0x94D0_49BB_1331_11EB
        return hash ^ hash >> 32
    }

    /// The bits of a pair, by two hashes (Kirsch and Mitzenmacher, 2006).
    private static func bits(of pair: UInt64, _ words: Int) -> some Sequence<UInt64> {
        (0..<self.bitsSet).lazy.map { ((pair & 0xFFFF_FFFF) &+ $0 &* (pair >> 32 | 1)) % UInt64(words * 64) }
    }
}
