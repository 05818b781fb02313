// SPDX-License-Identifier: Apache-2.0

/// Reads a short text from its beginning, byte by byte.
struct FormatScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { self.rest = text[...].utf8 }

    var isAtEnd: Bool { self.rest.isEmpty }

    /// Takes one byte if it is one of those given, in ASCII.
    mutating func take(_ allowed: Character...) -> Character? {
        guard let first = self.rest.first, first < 0x80 else { return nil }
        let character = Character(Unicode.Scalar(first))
        guard allowed.contains(character) else { return nil }
        self.rest.removeFirst()
        return character
    }

    /// Takes a number of exactly so many digits.
    mutating func number(digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let first = self.rest.first, first.isDigit else { return nil }
            value = value * 10 + Int(first - UInt8(ascii: "0"))
            self.rest.removeFirst()
        }
        return value
    }

    /// Takes one digit or more; false if there is none.
    mutating func digits() -> Bool {
        let count = self.rest.prefix(while: \.isDigit).count
        self.rest = self.rest.dropFirst(count)
        return count > 0
    }
}

extension UInt8 {
    /// Whether this is an ASCII digit.
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    /// Whether this is an ASCII letter.
    var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
    /// Whether this is an ASCII hexadecimal digit.
    var isHexDigit: Bool { self.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }
}
