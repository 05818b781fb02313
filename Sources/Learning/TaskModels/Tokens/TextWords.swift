// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Splits texts into the words that subwords are parts of.
///
/// Letters are lower case, and every digit is 0: a task depends on there being a number, hardly on which. Signs are words of their own.
enum TextWords {
    /// The words of a text, in their order.
    static func words(of text: String) -> [String] {
        var (words, word) = ([String](), "")
        var kind = Kind.space
        for scalar in Self.composed(text).lowercased().unicodeScalars {
            let next = Kind(scalar)
            if next != kind || next == .sign {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            kind = next
            switch next {
            case .space: continue
            case .digit: word.unicodeScalars.append("0")
            case .letter, .ideograph, .sign: word.unicodeScalars.append(scalar)
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    /// The text with its characters composed (NFC), so that what looks alike is alike.
    private static func composed(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
    }

    private enum Kind {
        case space, letter, ideograph, digit, sign

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
