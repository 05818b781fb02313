// SPDX-License-Identifier: Apache-2.0

/// Remembers, during one call, which tokens a word became, so that frequent words are merged once.
///
/// It keeps no copies: an entry is a place in the text and a place in the output.
struct WordCache {
    /// A word and its tokens.
    private struct Entry {
        var hash: UInt64 = 0
        var start = 0
        var length = 0
        var output: Range<Int> = 0..<0
    }

    /// Words longer than this are not remembered, in bytes.
    static let longestWord = 32

    /// The entries by hash; a newer word replaces an older one.
    private var entries: [Entry]

    /// This process's hash seed.
    private let seed = ByteHash.seed

    /// A cache for a text of some size in bytes.
    init(textSize: Int) {
        var size = 16
        while size < 16_384, size * 16 < textSize { size *= 2 }
        self.entries = [Entry](repeating: Entry(), count: size)
    }

    /// Appends the tokens of a word if they are known.
    ///
    /// - Returns: Nil when they were appended, else the hash with which to ``remember(_:_:hash:output:)`` them.
    @inline(__always)
    mutating func append(_ text: UnsafeRawBufferPointer, _ word: Range<Int>, to output: inout [TokenID]) -> UInt64? {
        let hash = ByteHash.hash(UnsafeRawBufferPointer(rebasing: text[word]), seed: self.seed)
        let entry = self.entries[Int(truncatingIfNeeded: hash) & (self.entries.count - 1)]
        guard entry.hash == hash, entry.length == word.count, Self.equal(text, entry.start, word) else { return hash }
        if entry.output.count == 1 {
            output.append(output[entry.output.lowerBound])
        } else {
            for place in entry.output { output.append(output[place]) }
        }
        return nil
    }

    /// Remembers the tokens of a word.
    mutating func remember(_ word: Range<Int>, hash: UInt64, output: Range<Int>) {
        self.entries[Int(truncatingIfNeeded: hash) & (self.entries.count - 1)] =
            Entry(hash: hash, start: word.lowerBound, length: word.count, output: output)
    }

    /// Whether two parts of the text are the same.
    @inline(__always)
    private static func equal(_ text: UnsafeRawBufferPointer, _ start: Int, _ word: Range<Int>) -> Bool {
        var offset = 0
        while offset + 8 <= word.count {
            let first = text.loadUnaligned(fromByteOffset: start + offset, as: UInt64.self)
            let second = text.loadUnaligned(fromByteOffset: word.lowerBound + offset, as: UInt64.self)
            guard first == second else { return false }
            offset += 8
        }
        while offset < word.count {
            guard text[start + offset] == text[word.lowerBound + offset] else { return false }
            offset += 1
        }
        return true
    }
}
