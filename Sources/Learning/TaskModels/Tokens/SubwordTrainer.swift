// SPDX-License-Identifier: Apache-2.0

internal import HeapModule

/// Learns subwords from texts: again and again the pair of neighbours that is most frequent becomes one piece
/// (byte-pair encoding; Sennrich, Haddow and Birch, 2016).
package struct SubwordTrainer {
    private struct Word {
        var pieces: [Int]
        let count: Int
    }

    private struct Pair: Hashable {
        let left: Int, right: Int
    }

    /// A pair as frequent as it once was; the most frequent first, of equals the one that was first.
    private struct Candidate: Comparable {
        let count: Int
        let pair: Pair

        static func < (left: Self, right: Self) -> Bool {
            (left.count, right.pair.left, right.pair.right) < (right.count, left.pair.left, left.pair.right)
        }
    }

    private var texts: [String] = []
    private var words: [Word] = []
    private var counts: [Pair: Int] = [:]
    private var places: [Pair: Set<Int>] = [:]
    private var candidates = Heap<Candidate>()

    /// Learns a vocabulary.
    ///
    /// - Parameters:
    ///   - texts: What there is to read.
    ///   - size: The most pieces, the special ones among them.
    ///   - minimumCount: How often a character or a pair must be there to become a piece.
    /// - Returns: The same vocabulary for the same texts.
    package static func vocabulary(of texts: some Sequence<String>, size: Int, minimumCount: Int = 2) throws
        -> SubwordVocabulary
    {
        var trainer = Self()
        trainer.read(texts, minimumCount)
        while trainer.texts.count + SubwordVocabulary.special.count < size, trainer.join(minimumCount) {}
        return try SubwordVocabulary(pieces: SubwordVocabulary.special + trainer.texts)
    }

    private mutating func read(_ texts: some Sequence<String>, _ minimumCount: Int) {
        var (frequencies, characters) = ([String: Int](), [Unicode.Scalar: Int]())
        for text in texts { for word in TextWords.words(of: text) { frequencies[word, default: 0] += 1 } }
        for (word, count) in frequencies {
            for scalar in word.unicodeScalars { characters[scalar, default: 0] += count }
        }
        // In the order of their bytes, so that nothing depends on the order of dictionaries.
        let known = characters.filter { $0.value >= minimumCount }.keys.sorted()
        self.texts = [String(SubwordVocabulary.wordMark)] + known.map { String($0) }
        let numbers = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0 + 1) })
        for (word, count) in frequencies.sorted(by: { $0.key < $1.key }) {
            // What is rare stays out, and parts the word.
            var pieces = [0]
            for scalar in word.unicodeScalars {
                if let number = numbers[scalar] { pieces.append(number) } else { self.add(&pieces, count) }
            }
            self.add(&pieces, count)
        }
        for (pair, count) in self.counts { self.candidates.insert(Candidate(count: count, pair: pair)) }
    }

    private mutating func add(_ pieces: inout [Int], _ count: Int) {
        defer { pieces.removeAll() }
        guard pieces.count > 1 else { return }
        for (left, right) in zip(pieces, pieces.dropFirst()) {
            let pair = Pair(left: left, right: right)
            self.counts[pair, default: 0] += count
            self.places[pair, default: []].insert(self.words.count)
        }
        self.words.append(Word(pieces: pieces, count: count))
    }

    /// Makes the most frequent pair a piece; false where none is frequent enough.
    private mutating func join(_ minimumCount: Int) -> Bool {
        while let candidate = self.candidates.popMax() {
            guard candidate.count >= minimumCount else { return false }
            let count = self.counts[candidate.pair] ?? 0
            // It is less frequent by now: it waits for its turn again.
            guard count == candidate.count else {
                if count > 0 { self.candidates.insert(Candidate(count: count, pair: candidate.pair)) }
                continue
            }
            self.join(candidate.pair)
            return true
        }
        return false
    }

    private mutating func join(_ pair: Pair) {
        let number = self.texts.count
        self.texts.append(self.texts[pair.left] + self.texts[pair.right])
        var changed = Set<Pair>()
        for index in self.places.removeValue(forKey: pair) ?? [] {
            let word = self.words[index]
            for (left, right) in zip(word.pieces, word.pieces.dropFirst()) {
                self.counts[Pair(left: left, right: right), default: 0] -= word.count
            }
            var pieces: [Int] = []
            for piece in word.pieces {
                if piece == pair.right, pieces.last == pair.left {
                    pieces[pieces.count - 1] = number
                } else {
                    pieces.append(piece)
                }
            }
            self.words[index].pieces = pieces
            for (left, right) in zip(pieces, pieces.dropFirst()) {
                let pair = Pair(left: left, right: right)
                self.counts[pair, default: 0] += word.count
                self.places[pair, default: []].insert(index)
                changed.insert(pair)
            }
        }
        self.counts[pair] = nil
        for pair in changed where pair.left == number || pair.right == number {
            self.candidates.insert(Candidate(count: self.counts[pair] ?? 0, pair: pair))
        }
    }
}
