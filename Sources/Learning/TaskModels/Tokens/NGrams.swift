// SPDX-License-Identifier: Apache-2.0

/// Reads texts as the pieces of words and the pairs of words that are in them, each by the number of a bucket; several share one by chance.
///
/// They are 3 to 5 characters within a word, its mark at the beginning and another one at its end included, or 1 to 3 where it is of
/// ideographs; words; and two words that follow each other. The bucket is FNV-1a (64 bits) of their UTF-8, before which a word or a pair has
/// a space, with the upper half folded onto the lower one, modulo the number of buckets.
package enum NGrams {
    /// The most that are read of a text; what comes after them is not read.
    static let limit = 512
    /// The most buckets.
    package static let mostBuckets = 1 << 22

    /// The buckets of a text's words, in their order, each once.
    static func buckets(of words: [String], _ count: Int) -> [Int32] {
        guard count > 0 else { return [] }
        var (found, last) = ([Int32](), [UInt8]())
        for word in words {
            guard found.count < self.limit else { break }
            self.appendPieces(of: word, to: &found, count)
            let bytes = Array(word.utf8)
            found.append(self.bucket([0x20] + bytes, count))
            if !last.isEmpty { found.append(self.bucket([0x20] + last + bytes, count)) }
            last = bytes
        }
        return Set(found.prefix(self.limit)).sorted()
    }

    private static func appendPieces(of word: String, to found: inout [Int32], _ count: Int) {
        let isIdeographic = word.unicodeScalars.last?.properties.isIdeographic == true
        let (least, most) = isIdeographic ? (1, 3) : (3, 5)
        let scalars = Array(word.unicodeScalars) + [SubwordVocabulary.wordMark]
        for start in scalars.indices {
            guard found.count < self.limit else { return }
            var hash = Self.beginning
            for end in start..<min(scalars.count, start + most) {
                for byte in UTF8.encode(scalars[end]) ?? UTF8.encodedReplacementCharacter { self.add(byte, to: &hash) }
                if end - start + 1 >= least { found.append(self.bucket(hash, count)) }
            }
        }
    }

    private static let beginning: UInt64 = 0xCBF2_9CE4_8422_2325

    private static func add(_ byte: UInt8, to hash: inout UInt64) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }

    private static func bucket(_ bytes: [UInt8], _ count: Int) -> Int32 { self.bucket(self.hash(bytes), count) }

    /// FNV-1a of some bytes.
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash = self.beginning
        for byte in bytes { self.add(byte, to: &hash) }
        return hash
    }

    private static func bucket(_ hash: UInt64, _ count: Int) -> Int32 {
        Int32(truncatingIfNeeded: (hash ^ hash >> 32) % UInt64(count))
    }
}
