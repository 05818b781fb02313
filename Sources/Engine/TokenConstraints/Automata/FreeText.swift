// SPDX-License-Identifier: Apache-2.0

/// A promise of an automaton about one state: any run of up to `most` scalars of a class stays alive from there.
///
/// The masks of such runs are made once per tokenizer and added as a whole; only other tokens are tried one by one.
/// The state must lie between two characters. The last character of a run may be incomplete, as tokens cut characters
/// in two: its first bytes count as the character. With `isExact`, a run of more than `most` scalars is moreover dead.
package struct FreeText: Hashable, Sendable {
    /// Which scalars.
    package enum Kind: UInt8, CaseIterable, Sendable {
        /// What a JSON string holds without an escape: all but quote, backslash and U+0000…U+001F; nor U+007F, which some
        /// grammars leave out.
        case jsonString
        /// All but the line ends of ECMA-262's `.`: U+000A, U+000D, U+2028, U+2029.
        case line
        /// ASCII letters, digits and `_`.
        case word
    }

    /// Which scalars.
    package let kind: Kind
    /// How many scalars; `Int.max` where there is no bound.
    package let most: Int
    /// Whether more than `most` of them are dead.
    package let isExact: Bool

    /// Makes a promise.
    package init(_ kind: Kind, most: Int = .max, isExact: Bool = true) {
        self.kind = kind
        self.most = most
        self.isExact = isExact
    }
}

extension FreeText.Kind {
    /// Whether a scalar belongs to the class.
    package func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .jsonString: scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "\"" && scalar != "\\"
        case .line:
            switch scalar.value {
            case 0x0A, 0x0D, 0x2028, 0x2029: false
            default: true
            }
        case .word:
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: false
            }
        }
    }

    /// Counts the characters of a run.
    ///
    /// - Returns: How many, an incomplete last one included; nil when the bytes are no run of this class.
    package func count(_ bytes: some Collection<UInt8>) -> Int? {
        var count = 0
        var rest = bytes[...]
        while let first = rest.first {
            if first < 0x80 {
                guard self.contains(Unicode.Scalar(first)) else { return nil }
                rest = rest.dropFirst()
            } else {
                guard let range = UTF8Range(leading: rest.prefix(UTF8Range.length(first))), self.containsAll(range)
                else {
                    return nil
                }
                rest = rest.dropFirst(UTF8Range.length(first))
            }
            count += 1
        }
        return count
    }

    /// Whether all scalars that bytes may become belong to the class; beyond ASCII, only line separators are told apart.
    private func containsAll(_ range: UTF8Range) -> Bool {
        switch self {
        case .jsonString: true
        case .line: !range.scalars.overlaps(0x2028...0x2029)
        case .word: false
        }
    }
}
