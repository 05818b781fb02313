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
    /// The number of each text, by its bytes.
    private var numbers: [[UInt8]: Int] = [:]
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
    ///   - style: What of the texts is read.
    /// - Returns: The same vocabulary for the same texts.
    package static func vocabulary(
        of texts: some Sequence<String>, size: Int, minimumCount: Int = 2, style: TextStyle = .folded
    ) throws -> SubwordVocabulary {
        var trainer = Self()
        trainer.read(texts, style, minimumCount, most: max(0, size - SubwordVocabulary.special.count - 1))
        while trainer.texts.count + SubwordVocabulary.special.count < size, trainer.join(minimumCount) {
            try Task.checkCancellation()
        }
        return try SubwordVocabulary(pieces: SubwordVocabulary.special + trainer.texts, style: style)
    }

    private mutating func read(_ texts: some Sequence<String>, _ style: TextStyle, _ minimumCount: Int, most: Int) {
        var (frequencies, characters) = ([String: Int](), [Unicode.Scalar: Int]())
        for text in texts { for word in TextWords.words(of: text, style) { frequencies[word, default: 0] += 1 } }
        for (word, count) in frequencies {
            for scalar in word.unicodeScalars where scalar != SubwordVocabulary.wordMark {
                characters[scalar, default: 0] += count
            }
        }
        // The most frequent ones, of equals the first, so that nothing depends on the order of dictionaries.
        let known = characters.filter { $0.value >= minimumCount }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(most).map(\.key).sorted()
        self.texts = [String(SubwordVocabulary.wordMark)] + known.map { String($0) }
        for (number, text) in self.texts.enumerated() { self.numbers[Array(text.utf8)] = number }
        var numbers = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0 + 1) })
        numbers[SubwordVocabulary.wordMark] = 0
        for (word, count) in frequencies.sorted(by: { $0.key < $1.key }) {
            // What is rare stays out, and parts the word.
            var pieces: [Int] = []
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

    /// The number of a text, which other pairs may have made already.
    private mutating func number(of text: String) -> Int {
        let bytes = Array(text.utf8)
        if let number = self.numbers[bytes] { return number }
        self.numbers[bytes] = self.texts.count
        self.texts.append(text)
        return self.texts.count - 1
    }

    private mutating func join(_ pair: Pair) {
        let number = self.number(of: self.texts[pair.left] + self.texts[pair.right])
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
