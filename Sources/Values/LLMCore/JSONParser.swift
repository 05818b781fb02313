// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

/// A recursive-descent parser over the bytes of one document.
struct JSONParser {
    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var position = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func parseDocument() throws -> JSONValue {
        if self.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { self.position = 3 }
        let value = try self.parseValue(depth: 0)
        self.skipSpace()
        guard self.position == self.bytes.count else { throw self.malformed("unexpected text after the value") }
        return value
    }

    private mutating func parseValue(depth: Int) throws -> JSONValue {
        guard depth <= self.maximumDepth else {
            throw JSONError(.tooDeep, "The JSON is nested more than \(self.maximumDepth) levels deep\(self.place).")
        }
        self.skipSpace()
        switch try self.peek() {
        case UInt8(ascii: "{"): return try self.parseObject(depth: depth)
        case UInt8(ascii: "["): return try self.parseArray(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.parseString())
        case UInt8(ascii: "t"): return try self.parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try self.parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try self.parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try self.parseNumber()
        default: throw self.malformed("a value was expected")
        }
    }

    private mutating func parseObject(depth: Int) throws -> JSONValue {
        self.position += 1
        var members = OrderedDictionary<String, JSONValue>()
        self.skipSpace()
        if try self.peek() == UInt8(ascii: "}") {
            self.position += 1
            return .object(members)
        }
        while true {
            self.skipSpace()
            guard try self.peek() == UInt8(ascii: "\"") else { throw self.malformed("a key in quotes was expected") }
            let key = try self.parseString()
            self.skipSpace()
            try self.expect(UInt8(ascii: ":"))
            members[key] = try self.parseValue(depth: depth + 1)
            self.skipSpace()
            if try self.peek() == UInt8(ascii: "}") { break }
            try self.expect(UInt8(ascii: ","))
        }
        self.position += 1
        return .object(members)
    }

    private mutating func parseArray(depth: Int) throws -> JSONValue {
        self.position += 1
        var elements = [JSONValue]()
        self.skipSpace()
        if try self.peek() == UInt8(ascii: "]") {
            self.position += 1
            return .array(elements)
        }
        while true {
            elements.append(try self.parseValue(depth: depth + 1))
            self.skipSpace()
            if try self.peek() == UInt8(ascii: "]") { break }
            try self.expect(UInt8(ascii: ","))
        }
        self.position += 1
        return .array(elements)
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
        let matches = word.withUTF8Buffer { self.bytes[self.position...].starts(with: $0) }
        guard matches else { throw self.malformed("a value was expected") }
        self.position += word.utf8CodeUnitCount
        return value
    }

    private mutating func parseNumber() throws -> JSONValue {
        let start = self.position
        if self.bytes[start] == UInt8(ascii: "-") { self.position += 1 }
        if self.skipDigits() == 0 { throw self.malformed("a digit was expected") }
        let digits = self.bytes[start..<self.position].drop { $0 == UInt8(ascii: "-") }
        if digits.count > 1, digits.first == UInt8(ascii: "0") { throw self.malformed("a number starts with 0") }
        var whole = true
        if self.next(is: UInt8(ascii: ".")) {
            whole = false
            self.position += 1
            if self.skipDigits() == 0 { throw self.malformed("a digit was expected") }
        }
        if self.next(is: UInt8(ascii: "e")) || self.next(is: UInt8(ascii: "E")) {
            whole = false
            self.position += 1
            if self.next(is: UInt8(ascii: "+")) || self.next(is: UInt8(ascii: "-")) { self.position += 1 }
            if self.skipDigits() == 0 { throw self.malformed("a digit was expected") }
        }
        let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        if whole, let value = Int(text) { return .integer(value) }
        guard let value = Double(text) else { throw self.malformed("'\(text)' is not a number") }
        return .number(value)
    }

    private mutating func skipDigits() -> Int {
        let start = self.position
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        while self.position < self.bytes.count, digits.contains(self.bytes[self.position]) {
            self.position += 1
        }
        return self.position - start
    }

    private func next(is byte: UInt8) -> Bool { self.position < self.bytes.count && self.bytes[self.position] == byte }

    private mutating func parseString() throws -> String {
        self.position += 1
        let start = self.position
        self.skipPlainCharacters()
        guard try self.peek() != UInt8(ascii: "\"") else {
            return try self.finishString(self.bytes[start..<self.position])
        }
        var unescaped = Array(self.bytes[start..<self.position])
        while true {
            switch try self.peek() {
            case UInt8(ascii: "\""): return try self.finishString(unescaped[...])
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

    /// Passes over what stands for itself in a string.
    private mutating func skipPlainCharacters() {
        self.position = self.bytes.withUnsafeBufferPointer { bytes in
            var position = self.position
            while position < bytes.count, bytes[position] >= 0x20, bytes[position] != UInt8(ascii: "\""),
                bytes[position] != UInt8(ascii: "\\")
            {
                position += 1
            }
            return position
        }
    }

    /// Passes over the closing quote.
    private mutating func finishString(_ bytes: ArraySlice<UInt8>) throws -> String {
        self.position += 1
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw self.malformed("a string is not valid UTF-8")
        }
        return string
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

    private mutating func skipSpace() {
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case 0x20, 0x0A, 0x0D, 0x09: self.position += 1
            default: return
            }
        }
    }

    private func peek() throws -> UInt8 {
        guard self.position < self.bytes.count else { throw self.truncated() }
        return self.bytes[self.position]
    }

    private mutating func expect(_ byte: UInt8) throws {
        guard try self.peek() == byte else {
            throw self.malformed("'\(Character(Unicode.Scalar(byte)))' was expected")
        }
        self.position += 1
    }

    private func truncated() -> JSONError { JSONError(.truncated, "The JSON ends inside a value\(self.place).") }

    private func malformed(_ what: String) -> JSONError {
        JSONError(.malformed, "The JSON is malformed: \(what)\(self.place).")
    }

    private var place: String {
        let before = self.bytes.prefix(self.position)
        let line = before.count { $0 == 0x0A } + 1
        let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return " (line \(line), column \(column))"
    }
}
