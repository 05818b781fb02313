// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    mutating func isAtNumber() throws -> Bool {
        self.skipSpace()
        let byte = try self.peek()
        return byte == UInt8(ascii: "-") || Self.isDigit(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// Reads a number: ``JSONValue/integer(_:)`` where it is whole and fits, else ``JSONValue/number(_:)``.
    mutating func parseNumber() throws -> JSONValue {
        let start = self.position
        if self.next(is: UInt8(ascii: "-")) { self.position += 1 }
        let firstDigit = self.position
        try self.skipDigits()
        if self.position > firstDigit + 1, self.bytes[firstDigit] == UInt8(ascii: "0") {
            throw self.malformed("a number starts with 0")
        }
        var isWhole = true
        if self.next(is: UInt8(ascii: ".")) {
            isWhole = false
            self.position += 1
            try self.skipDigits()
        }
        if self.next(is: UInt8(ascii: "e")) || self.next(is: UInt8(ascii: "E")) {
            isWhole = false
            self.position += 1
            if self.next(is: UInt8(ascii: "+")) || self.next(is: UInt8(ascii: "-")) { self.position += 1 }
            try self.skipDigits()
        }
        let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        if isWhole, let value = Int(text) { return .integer(value) }
        guard let value = Double(text) else { throw self.malformed("'\(text)' is not a number") }
        return .number(value)
    }

    private mutating func skipDigits() throws {
        let start = self.position
        while self.position < self.bytes.count, Self.isDigit(self.bytes[self.position]) { self.position += 1 }
        if self.position == start { throw self.malformed("a digit was expected") }
    }

    /// Reads a string from its opening quote on.
    mutating func parseString() throws -> String {
        self.position += 1
        let start = self.position
        self.skipPlainCharacters()
        // Most strings have no escapes, and are taken as they are.
        if self.next(is: UInt8(ascii: "\"")) {
            defer { self.position += 1 }
            return try self.validated(UnsafeRawBufferPointer(rebasing: self.bytes[start..<self.position]))
        }
        var unescaped = Array(self.bytes[start..<self.position])
        while true {
            switch try self.peek() {
            case UInt8(ascii: "\""):
                self.position += 1
                return try unescaped.withUnsafeBytes { try self.validated($0) }
            case UInt8(ascii: "\\"):
                self.position += 1
                unescaped.append(contentsOf: UTF8.encode(try self.parseEscape()) ?? UTF8.encodedReplacementCharacter)
            default: throw self.malformed("a control character in a string must be escaped")
            }
            let start = self.position
            self.skipPlainCharacters()
            unescaped.append(contentsOf: self.bytes[start..<self.position])
        }
    }

    private func validated(_ utf8: UnsafeRawBufferPointer) throws -> String {
        guard let string = String(validating: utf8.bindMemory(to: UInt8.self), as: UTF8.self) else {
            throw self.malformed("a string is not valid UTF-8")
        }
        return string
    }

    private mutating func skipPlainCharacters() {
        while self.position < self.bytes.count {
            let byte = self.bytes[self.position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            self.position += 1
        }
    }

    private mutating func parseEscape() throws -> Unicode.Scalar {
        let byte = try self.peek()
        self.position += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "u"): return try self.parseUnicodeEscape()
        default: throw self.malformed("unknown escape '\\\(Character(Unicode.Scalar(byte)))'")
        }
    }

    private mutating func parseUnicodeEscape() throws -> Unicode.Scalar {
        let unit = try self.parseHexUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard (0xD800..<0xDC00).contains(unit), self.next(is: UInt8(ascii: "\\")),
            self.position + 1 < self.bytes.count, self.bytes[self.position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let beforeSecond = self.position
        self.position += 2
        let second = try self.parseHexUnit()
        guard (0xDC00..<0xE000).contains(second) else {
            self.position = beforeSecond
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func parseHexUnit() throws -> UInt32 {
        guard self.position + 4 <= self.bytes.count else { throw self.truncated() }
        var unit: UInt32 = 0
        for byte in self.bytes[self.position..<self.position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw self.malformed("four hexadecimal digits were expected after '\\u'")
            }
            unit = unit << 4 | UInt32(digit)
        }
        self.position += 4
        return unit
    }
}
