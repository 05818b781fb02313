// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// Walks over JSON bytes and hands out their parts, so that a vocabulary of 250,000 strings becomes no tree of values.
///
/// Keys and strings keep their exact bytes: two tokens that differ only in how an accent is written stay two.
struct JSONScanner {
    /// How deeply values may be nested.
    private static let maximumDepth = 256

    private let bytes: UnsafeRawBufferPointer
    private let source: String
    private(set) var offset = 0

    /// A scanner at the beginning of some bytes, which must outlive it.
    init(_ bytes: UnsafeRawBufferPointer, source: String) {
        self.bytes = bytes
        self.source = source
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { self.offset = 3 }
    }

    /// An error at the current byte.
    func failure(_ message: String) -> TokenizerError {
        TokenizerError(.malformed, "\(self.source): \(message) (at byte \(self.offset)).")
    }

    /// The first byte of the next value or sign; nil at the end.
    mutating func peek() -> UInt8? {
        while self.offset < self.bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(self.bytes[self.offset]) {
            self.offset += 1
        }
        return self.offset < self.bytes.count ? self.bytes[self.offset] : nil
    }

    /// Takes an object; the closure gets each key's bytes and must take exactly one value.
    mutating func object(_ member: (UnsafeRawBufferPointer, inout JSONScanner) throws -> Void) throws {
        var key = [UInt8]()
        try self.list(UInt8(ascii: "{"), UInt8(ascii: "}")) { scanner in
            key.removeAll(keepingCapacity: true)
            try scanner.string(into: &key)
            try scanner.take(UInt8(ascii: ":"))
            try key.withUnsafeBytes { try member($0, &scanner) }
        }
    }

    /// Takes an array; the closure must take exactly one value each time.
    mutating func array(_ element: (inout JSONScanner) throws -> Void) throws {
        try self.list(UInt8(ascii: "["), UInt8(ascii: "]"), element)
    }

    /// Takes a string and appends its bytes.
    mutating func string(into output: inout [UInt8]) throws {
        try self.take(UInt8(ascii: "\""))
        while true {
            let start = self.offset
            while self.offset < self.bytes.count, self.bytes[self.offset] != UInt8(ascii: "\""),
                self.bytes[self.offset] != UInt8(ascii: "\\")
            {
                self.offset += 1
            }
            output.append(contentsOf: self.bytes[start..<self.offset])
            guard self.offset < self.bytes.count else { throw self.failure("the file ends inside a string") }
            self.offset += 1
            if self.bytes[self.offset - 1] == UInt8(ascii: "\"") { return }
            try self.escape(into: &output)
        }
    }

    /// Takes a number.
    mutating func number() throws -> Double {
        let range = try self.skip()
        guard let number = Double(String(decoding: self.bytes[range], as: UTF8.self)) else {
            throw self.failure("a number was expected")
        }
        return number
    }

    /// Takes a whole number.
    mutating func integer() throws -> Int {
        let range = try self.skip()
        guard let number = Int(String(decoding: self.bytes[range], as: UTF8.self)) else {
            throw self.failure("a whole number was expected")
        }
        return number
    }

    /// Takes any value as a tree.
    mutating func value() throws -> JSONValue {
        let range = try self.skip()
        do {
            return try JSONValue(parsing: self.bytes[range], maximumDepth: Self.maximumDepth)
        } catch {
            throw TokenizerError(
                .malformed, "\(self.source): no valid JSON after byte \(range.lowerBound).", cause: error)
        }
    }

    /// Steps over any value without looking closely.
    ///
    /// - Returns: Where the value lies.
    @discardableResult
    mutating func skip() throws -> Range<Int> {
        guard self.peek() != nil else { throw self.failure("the file ends where a value was expected") }
        let start = self.offset
        var depth = 0
        repeat {
            guard let byte = self.peek() else { throw self.failure("the file ends inside a value") }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                self.skipString()
                continue
            case UInt8(ascii: ","), UInt8(ascii: ":"): break
            default:
                self.skipWord()
                continue
            }
            guard depth >= 0, depth <= Self.maximumDepth, depth > 0 || byte == 0x7D || byte == 0x5D else {
                throw self.failure("a value was expected")
            }
            self.offset += 1
        } while depth > 0
        return start..<self.offset
    }

    /// Checks that nothing follows but white space.
    mutating func end() throws {
        if self.peek() != nil { throw self.failure("unexpected text after the value") }
    }

    /// Steps over a string.
    private mutating func skipString() {
        self.offset += 1
        while self.offset < self.bytes.count, self.bytes[self.offset] != UInt8(ascii: "\"") {
            self.offset += self.bytes[self.offset] == UInt8(ascii: "\\") ? 2 : 1
        }
        self.offset = min(self.offset + 1, self.bytes.count)
    }

    /// Steps over a number or a word such as `true`.
    private mutating func skipWord() {
        let ends = Array("{}[],:\" \n\r\t".utf8)
        while self.offset < self.bytes.count, !ends.contains(self.bytes[self.offset]) { self.offset += 1 }
    }

    /// Takes one sign.
    private mutating func take(_ sign: UInt8) throws {
        guard self.peek() == sign else {
            throw self.failure("'\(Character(Unicode.Scalar(sign)))' was expected")
        }
        self.offset += 1
    }

    /// Takes what stands between brackets, separated by commas.
    private mutating func list(_ open: UInt8, _ close: UInt8, _ element: (inout JSONScanner) throws -> Void) throws {
        try self.take(open)
        if self.peek() == close {
            self.offset += 1
            return
        }
        while true {
            try element(&self)
            if self.peek() == close { break }
            try self.take(UInt8(ascii: ","))
        }
        self.offset += 1
    }

    /// Takes what follows a backslash.
    private mutating func escape(into output: inout [UInt8]) throws {
        let plain: [UInt8: UInt8] = [
            0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
        ]
        guard self.offset < self.bytes.count else { throw self.failure("the file ends inside a string") }
        let sign = self.bytes[self.offset]
        self.offset += 1
        if let byte = plain[sign] { return output.append(byte) }
        guard sign == UInt8(ascii: "u") else { throw self.failure("an unknown escape stands in a string") }
        var value = try self.hex()
        if (0xD800..<0xDC00).contains(value), self.bytes[self.offset...].starts(with: "\\u".utf8) {
            self.offset += 2
            let low = try self.hex()
            guard (0xDC00..<0xE000).contains(low) else {
                throw self.failure("half a surrogate pair stands in a string")
            }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw self.failure("half a surrogate pair stands in a string") }
        output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    /// Takes four hexadecimal digits.
    private mutating func hex() throws -> UInt32 {
        guard self.offset + 4 <= self.bytes.count,
            let value = UInt32(String(decoding: self.bytes[self.offset..<self.offset + 4], as: UTF8.self), radix: 16)
        else { throw self.failure("four hexadecimal digits were expected") }
        self.offset += 4
        return value
    }
}
