// SPDX-License-Identifier: Apache-2.0

/// How an entity of a graph is written, and how it is found again in texts.
package enum EntityName {
    /// The name as texts have it: without quotes around it, with spaces for underscores.
    package static func text(_ name: String) -> String {
        var text = name.split(separator: "_", omittingEmptySubsequences: true).joined(separator: " ")
        while text.count > 1, let first = text.first, first == "\"" || first == "'", text.last == first {
            text = String(text.dropFirst().dropLast())
        }
        return text
    }

    /// The words that stand for a name in a text, whatever signs and letters' cases are, as "frank g jackson" for Frank G Jackson.
    ///
    /// What is in brackets at the end of a name, such as a unit, need not be in the text.
    package static func key(_ name: String) -> [String] {
        var text = Substring(self.text(name))
        if text.last == ")", let bracket = text.lastIndex(of: "("), bracket > text.startIndex {
            text = text[..<bracket]
        }
        let words = self.words(of: String(text)).compactMap(self.word)
        return words.isEmpty ? self.words(of: name).compactMap(self.word) : words
    }

    /// The words of a text as names are found in; a number is one word.
    static func words(of text: String) -> [String] { TextWords.numbersJoined(TextWords.words(of: text, .exact)) }

    /// A word as it counts, in lower case; nil for one of signs alone.
    static func word(_ word: String) -> String? {
        let scalars = word.lowercased().unicodeScalars.filter {
            $0 != SubwordVocabulary.wordMark && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
        }
        return scalars.isEmpty ? nil : String(String.UnicodeScalarView(scalars))
    }
}

extension EntityName {
    /// Which of several entities a text names.
    ///
    /// - Parameter keys: The words of each entity's name (``key(_:)``).
    package static func entities(_ keys: [[String]], in text: String) -> Set<Int> {
        Set(MentionFinder(keys).mentions(in: self.words(of: text).map(self.word)).map(\.entity))
    }
}
