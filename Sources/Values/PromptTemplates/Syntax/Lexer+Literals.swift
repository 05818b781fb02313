// SPDX-License-Identifier: Apache-2.0

extension Lexer {
    mutating func scanName() throws -> String {
        let start = self.position
        while self.position < self.text.count, self.text[self.position].continuesName { self.position += 1 }
        let first = self.text[start]
        guard first == "_" || first.properties.isXIDStart else {
            throw self.failure("Invalid character in identifier", at: start)
        }
        return self.slice(start..<self.position)
    }

    // MARK: Numbers

    /// Reads a number, or gives nil where none begins.
    mutating func scanNumber() throws -> Token.Kind? {
        guard self.isDigit(self.position, radix: 10) else { return nil }
        let start = self.position
        if let float = self.scanFloat() { return .float(float) }
        for (prefix, radix) in [("0b", 2), ("0o", 8), ("0x", 16), ("0B", 2), ("0O", 8), ("0X", 16)]
        where self.has(prefix, at: start) {
            let end = self.digitsEnd(from: start + 2, radix: radix, leadingUnderscore: true)
            if end > start + 2 { return try self.integer(start + 2..<end, radix: radix) }
        }
        if self.text[start] == "0" {
            var end = start + 1
            while true {
                let next = end < self.text.count && self.text[end] == "_" ? end + 1 : end
                guard next < self.text.count, self.text[next] == "0" else { break }
                end = next + 1
            }
            return try self.integer(start..<end, radix: 10)
        }
        return try self.integer(start..<self.digitsEnd(from: start, radix: 10), radix: 10)
    }

    private mutating func integer(_ range: Range<Int>, radix: Int) throws -> Token.Kind {
        guard let value = Int(self.slice(range).filter { $0 != "_" }, radix: radix) else {
            throw self.failure("The number does not fit 64 bits.", at: range.lowerBound)
        }
        self.position = range.upperBound
        return .integer(value)
    }

    private func isDigit(_ index: Int, radix: Int) -> Bool {
        guard index < self.text.count, self.text[index].isASCII else { return false }
        return Character(self.text[index]).hexDigitValue.map { $0 < radix } ?? false
    }

    /// The end of a run of digits in which single underscores may stand between digits.
    private func digitsEnd(from start: Int, radix: Int, leadingUnderscore: Bool = false) -> Int {
        var end = start
        while true {
            let mayHaveUnderscore = end > start || leadingUnderscore
            let next = mayHaveUnderscore && end < self.text.count && self.text[end] == "_" ? end + 1 : end
            guard self.isDigit(next, radix: radix) else { return end }
            end = next + 1
        }
    }

    private mutating func scanFloat() -> Double? {
        let start = self.position
        if start > 0, self.text[start - 1] == "." { return nil }
        var end = self.digitsEnd(from: start, radix: 10)
        var isFloat = false
        if end < self.text.count, self.text[end] == ".", self.isDigit(end + 1, radix: 10) {
            end = self.digitsEnd(from: end + 1, radix: 10)
            isFloat = true
        }
        if end < self.text.count, self.text[end] == "e" || self.text[end] == "E" {
            var digits = end + 1
            if digits < self.text.count, self.text[digits] == "+" || self.text[digits] == "-" { digits += 1 }
            let exponentEnd = self.digitsEnd(from: digits, radix: 10)
            if exponentEnd > digits {
                end = exponentEnd
                isFloat = true
            }
        }
        guard isFloat else { return nil }
        self.position = end
        return Double(self.slice(start..<end).filter { $0 != "_" })
    }

    // MARK: Strings

    /// Reads a quoted string with Python's escapes.
    mutating func scanString() throws -> String {
        let start = self.position
        let quote = self.text[start]
        var result = String.UnicodeScalarView()
        var index = start + 1
        while index < self.text.count {
            let scalar = self.text[index]
            if scalar == quote {
                self.position = index + 1
                return String(result)
            }
            if scalar == "\\" {
                index = try self.unescape(at: index, into: &result)
            } else {
                result.append(scalar)
                index += 1
            }
        }
        throw self.failure("unexpected character '\(quote)': the string has no end", at: start)
    }

    /// Appends what an escape stands for and gives the index after it.
    private func unescape(at backslash: Int, into result: inout String.UnicodeScalarView) throws -> Int {
        let index = backslash + 1
        guard index < self.text.count else { throw self.failure("The string has no end.", at: backslash) }
        let simple: [Unicode.Scalar: Unicode.Scalar] = [
            "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}", "b": "\u{8}",
            "f": "\u{c}", "v": "\u{b}",
        ]
        let scalar = self.text[index]
        if let plain = simple[scalar] {
            result.append(plain)
            return index + 1
        }
        switch scalar {
        case "\n": return index + 1
        case "x": return try self.unescapeHex(at: index, digits: 2, into: &result)
        case "u": return try self.unescapeHex(at: index, digits: 4, into: &result)
        case "U": return try self.unescapeHex(at: index, digits: 8, into: &result)
        case "N": throw self.failure("escapes by character name are not supported", at: backslash)
        case "0"..."7":
            var end = index
            while end < min(index + 3, self.text.count), self.isDigit(end, radix: 8) { end += 1 }
            result.append(Unicode.Scalar(UInt32(self.slice(index..<end), radix: 8) ?? 0) ?? "\u{FFFD}")
            return end
        case _ where !scalar.isASCII:
            let digits = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
            let hex = String(scalar.value, radix: 16)
            let padded = String(repeating: "0", count: digits.1 - hex.count) + hex
            result.append(contentsOf: ("\\" + digits.0 + padded).unicodeScalars)
            return index + 1
        default:
            result.append("\\")
            result.append(scalar)
            return index + 1
        }
    }

    private func unescapeHex(at index: Int, digits: Int, into result: inout String.UnicodeScalarView) throws -> Int {
        var value: UInt32 = 0
        for digit in index + 1..<index + 1 + digits {
            guard self.isDigit(digit, radix: 16), let nibble = Character(self.text[digit]).hexDigitValue else {
                throw self.failure("an escape is cut off; it needs \(digits) hexadecimal digits", at: index)
            }
            value = value << 4 | UInt32(nibble)
        }
        guard value <= 0x10FFFF else { throw self.failure("illegal Unicode character", at: index) }
        result.append(Unicode.Scalar(value) ?? "\u{FFFD}")
        return index + 1 + digits
    }
}
