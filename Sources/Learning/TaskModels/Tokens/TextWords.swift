// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Splits texts into the words that subwords are parts of; signs are words of their own.
enum TextWords {
    /// The words of a text, in their order.
    ///
    /// Those that follow a space begin with ``SubwordVocabulary/wordMark``, ideographs excepted; in folded texts all do.
    static func words(of text: String, _ style: TextStyle) -> [String] {
        var (words, word) = ([String](), "")
        var (kind, isSpaced) = (Kind.space, true)
        let composed = Self.composed(text)
        for scalar in (style == .folded ? composed.lowercased() : composed).unicodeScalars {
            let next = Kind(scalar)
            if next != kind || next == .sign || (style == .exact && next.isAlone) {
                if !word.isEmpty { words.append(word) }
                isSpaced = kind == .space || style == .folded
                word = ""
            }
            kind = next
            guard next != .space else { continue }
            if word.isEmpty, isSpaced, style == .folded || next != .ideograph {
                word.unicodeScalars.append(SubwordVocabulary.wordMark)
            }
            word.unicodeScalars.append(next == .digit && style == .folded ? "0" : scalar)
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    /// Words with digits that lie side by side joined to one, so that a number is one word.
    static func numbersJoined(_ words: some Sequence<String>) -> [String] {
        words.reduce(into: []) { joined, word in
            if self.continuesNumber(joined.last, word) {
                joined[joined.count - 1] += word
            } else {
                joined.append(word)
            }
        }
    }

    /// Whether a word is a digit that goes on with the number before it.
    static func continuesNumber(_ last: String?, _ word: String) -> Bool {
        func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { Kind($0) == .digit } ?? false }
        return isDigit(last?.unicodeScalars.last) && isDigit(word.unicodeScalars.first)
    }

    /// The text with its characters composed (NFC), so that what looks alike is alike.
    private static func composed(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
    }

    private enum Kind {
        case space, letter, ideograph, digit, sign

        /// Whether each character is a word where texts are read exactly.
        var isAlone: Bool { self == .ideograph || self == .digit }

        init(_ scalar: Unicode.Scalar) {
            let properties = scalar.properties
            // The mark of pieces that begin a word is no text.
            if properties.isWhitespace || properties.generalCategory == .control || scalar == SubwordVocabulary.wordMark
            {
                self = .space
            } else if properties.isIdeographic {
                self = .ideograph
            } else if properties.generalCategory == .decimalNumber {
                self = .digit
            } else if properties.isAlphabetic || properties.generalCategory == .nonspacingMark {
                self = .letter
            } else {
                self = .sign
            }
        }
    }
}
