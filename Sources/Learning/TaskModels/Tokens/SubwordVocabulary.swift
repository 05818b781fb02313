// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The subwords that texts are read as, each by the longest that fits (Wu et al., 2016).
package struct SubwordVocabulary: Sendable, Equatable {
    /// The pieces by their numbers; those that begin a word begin with ``wordMark``.
    package let pieces: [String]
    /// What of a text is read.
    package let style: TextStyle
    /// By their bytes: texts that look alike may be written otherwise, and are others.
    private let numbers: [[UInt8]: Int]
    private let longest: Int

    /// Stands for whatever has no piece.
    package static let unknown = 0
    /// Begins an input; what is read of it is read here.
    package static let beginning = 1
    /// Ends a turn.
    package static let end = 2
    /// The pieces that every vocabulary begins with.
    package static let special = ["<unknown>", "<beginning>", "<end>"]
    /// What pieces begin with that begin a word.
    static let wordMark: Unicode.Scalar = "\u{2581}"

    /// Makes a vocabulary.
    ///
    /// - Parameters:
    ///   - pieces: ``special``, and then each piece once.
    ///   - style: What of a text is read.
    /// - Throws: ``TaskModelError`` with code `.malformed` when they are something else.
    package init(pieces: [String], style: TextStyle = .folded) throws {
        guard pieces.starts(with: Self.special), Set(pieces.map { Array($0.utf8) }).count == pieces.count else {
            throw TaskModelError(
                .malformed, "A vocabulary begins with \(Self.special.joined(separator: ", ")), and has no piece twice.")
        }
        (self.pieces, self.style) = (pieces, style)
        self.numbers = Dictionary(
            uniqueKeysWithValues: pieces.enumerated().dropFirst(Self.special.count).map { (Array($1.utf8), $0) })
        self.longest = pieces.dropFirst(Self.special.count).map(\.unicodeScalars.count).max() ?? 0
    }

    /// The numbers of a text's pieces.
    ///
    /// - Parameter limit: The most pieces; what comes after them is not read.
    package func numbers(of text: String, limit: Int) -> [Int] {
        self.numbers(ofWords: TextWords.words(of: text, self.style), limit: limit)
    }

    /// The numbers of the pieces of some words.
    func numbers(ofWords words: [String], limit: Int) -> [Int] {
        var numbers: [Int] = []
        for word in words {
            guard numbers.count < limit else { break }
            self.append(word, to: &numbers, limit)
        }
        return Array(numbers.prefix(limit))
    }

    /// The words of a text, each with the numbers of its pieces; a number is one word.
    func words(of text: String) -> [(text: String, numbers: [Int])] {
        var words: [(text: String, numbers: [Int])] = []
        for word in TextWords.words(of: text, self.style) {
            if let last = words.indices.last, TextWords.continuesNumber(words[last].text, word) {
                words[last].text += word
                self.append(word, to: &words[last].numbers, .max)
            } else {
                words.append((word, []))
                self.append(word, to: &words[words.count - 1].numbers, .max)
            }
        }
        return words
    }

    /// The text of some pieces.
    package func text(of numbers: some Sequence<Int>) -> String {
        var text = String.UnicodeScalarView()
        for number in numbers where number == Self.unknown || number >= Self.special.count {
            for scalar in number == Self.unknown ? "\u{FFFD}".unicodeScalars : self.pieces[number].unicodeScalars {
                if scalar != Self.wordMark { text.append(scalar) } else if !text.isEmpty { text.append(" ") }
            }
        }
        return String(text)
    }

    private func append(_ word: String, to numbers: inout [Int], _ limit: Int) {
        let scalars = Array(word.unicodeScalars)
        if let whole = self.number(scalars[...]) { return numbers.append(whole) }
        var start = 0
        while start < scalars.count, numbers.count < limit {
            var end = min(scalars.count, start + self.longest)
            while end > start {
                if let number = self.number(scalars[start..<end]) {
                    numbers.append(number)
                    break
                }
                end -= 1
            }
            if end == start { numbers.append(Self.unknown) }
            start = max(end, start + 1)
        }
    }

    private func number(_ scalars: ArraySlice<Unicode.Scalar>) -> Int? {
        self.numbers[scalars.flatMap { Array(UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) }]
    }
}
