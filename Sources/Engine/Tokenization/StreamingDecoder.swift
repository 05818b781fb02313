// SPDX-License-Identifier: Apache-2.0

/// Turns tokens into text as they come, holding back the bytes of a character until it is complete.
///
/// A continuation of a text, so nothing is taken away at the beginning. All pieces together are what
/// `String(decoding:as:)` makes of all bytes together.
package struct StreamingDecoder: Sendable {
    private let tokenizer: Tokenizer
    private let skipSpecial: Bool

    /// The bytes of a character that is not complete yet, three at most between calls.
    private var pending: [UInt8] = []

    /// Starts a text.
    ///
    /// - Parameters:
    ///   - tokenizer: Knows the tokens' bytes.
    ///   - skipSpecial: Whether control tokens are left out.
    package init(tokenizer: Tokenizer, skipSpecial: Bool = true) {
        self.tokenizer = tokenizer
        self.skipSpecial = skipSpecial
    }

    /// Takes a token.
    ///
    /// - Returns: The text that is complete now; bytes that cannot become a character are U+FFFD.
    package mutating func append(_ id: TokenID) -> String {
        if self.skipSpecial, self.tokenizer.isControl(id) { return "" }
        self.tokenizer.appendBytes(of: id, to: &self.pending)
        let held = Self.incompleteTail(self.pending)
        guard held < self.pending.count else { return "" }
        let text = String(decoding: self.pending.dropLast(held), as: UTF8.self)
        self.pending.removeFirst(self.pending.count - held)
        return text
    }

    /// Ends the text.
    ///
    /// - Returns: What was held back; a character that stayed incomplete is U+FFFD.
    package mutating func finish() -> String {
        defer { self.pending.removeAll() }
        return String(decoding: self.pending, as: UTF8.self)
    }

    /// How many bytes at the end are the beginning of a character that more bytes could complete.
    private static func incompleteTail(_ bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let first = bytes[bytes.count - length]
            if first & 0xC0 == 0x80 { continue }
            let second = length > 1 ? bytes[bytes.count - length + 1] : nil
            return Self.canContinue(first, second, length) ? length : 0
        }
        return 0
    }

    /// Whether a first byte, and a second one if it is there, begin a character of more than so many bytes.
    private static func canContinue(_ first: UInt8, _ second: UInt8?, _ length: Int) -> Bool {
        let seconds: ClosedRange<UInt8>
        let needed: Int
        switch first {
        case 0xC2...0xDF: (needed, seconds) = (2, 0x80...0xBF)
        case 0xE0: (needed, seconds) = (3, 0xA0...0xBF)
        case 0xED: (needed, seconds) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (needed, seconds) = (3, 0x80...0xBF)
        case 0xF0: (needed, seconds) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (needed, seconds) = (4, 0x80...0xBF)
        case 0xF4: (needed, seconds) = (4, 0x80...0x8F)
        default: return false
        }
        return length < needed && (second.map(seconds.contains) ?? true)
    }
}
