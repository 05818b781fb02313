// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

/// Reads one JSON document strictly from its beginning to its end, and builds only what is asked for.
///
/// Each value must be read or skipped exactly once, in the order in which they are written:
/// ```swift
/// try JSONReader.read(bytes) { reader in
///     try reader.object { reader, key in
///         if key == "text" { text = try reader.string() } else { try reader.skip() }
///     }
/// }
/// ```
package struct JSONReader: ~Copyable {
    let bytes: UnsafeRawBufferPointer
    var position = 0
    private let maximumDepth: Int
    private var depth = 0

    private init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// Reads a document; a byte order mark is skipped.
    ///
    /// - Parameters:
    ///   - bytes: One value in UTF-8 with nothing but white space around it.
    ///   - maximumDepth: How deeply arrays and objects may be nested.
    ///   - body: Reads the value.
    /// - Throws: ``JSONError`` with line and column of what was wrong; what `body` throws.
    package static func read<Value>(
        _ bytes: UnsafeRawBufferPointer, maximumDepth: Int = 512, _ body: (inout JSONReader) throws -> Value
    ) throws -> Value {
        var reader = JSONReader(bytes, maximumDepth: maximumDepth)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
        let value = try body(&reader)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.malformed("unexpected text after the value") }
        return value
    }

    /// Reads an object; `null` counts as one without members.
    ///
    /// - Parameter member: Reads the value of the member with this key.
    /// - Throws: ``JSONError``, also where there is something else; what `member` throws.
    package mutating func object(_ member: (inout JSONReader, String) throws -> Void) throws {
        guard try self.enter(UInt8(ascii: "{"), "an object", end: UInt8(ascii: "}")) else { return }
        repeat {
            self.skipSpace()
            guard try self.peek() == UInt8(ascii: "\"") else { throw self.malformed("a key in quotes was expected") }
            let key = try self.parseString()
            self.skipSpace()
            try self.expect(UInt8(ascii: ":"))
            try member(&self, key)
        } while try self.goesOn(until: UInt8(ascii: "}"))
    }

    /// Reads an array; `null` counts as an empty one.
    ///
    /// - Parameter element: Reads the next element.
    /// - Throws: ``JSONError``, also where there is something else; what `element` throws.
    package mutating func array(_ element: (inout JSONReader) throws -> Void) throws {
        guard try self.enter(UInt8(ascii: "["), "an array", end: UInt8(ascii: "]")) else { return }
        repeat { try element(&self) } while try self.goesOn(until: UInt8(ascii: "]"))
    }

    /// Reads a string; nil for `null`.
    ///
    /// - Throws: ``JSONError``, also where there is something else.
    package mutating func string() throws -> String? {
        guard try self.nextByte() == UInt8(ascii: "\"") else { return try self.null(else: "a string") }
        return try self.parseString()
    }

    /// Reads a number; nil for `null`.
    ///
    /// - Throws: ``JSONError``, also where there is something else.
    package mutating func number() throws -> Double? {
        guard try self.isAtNumber() else { return try self.null(else: "a number") }
        return try self.parseNumber().numberValue
    }

    /// Reads a whole number; nil for `null`.
    ///
    /// - Throws: ``JSONError``, also where there is something else.
    package mutating func integer() throws -> Int? {
        guard try self.isAtNumber() else { return try self.null(else: "a whole number") }
        guard let value = try self.parseNumber().integerValue else { throw self.wrongType("a whole number") }
        return value
    }

    /// Reads whatever is next.
    ///
    /// - Throws: ``JSONError``.
    package mutating func value() throws -> JSONValue {
        switch try self.nextByte() {
        case UInt8(ascii: "{"):
            var members = OrderedDictionary<String, JSONValue>()
            try self.object { reader, key in members[key] = try reader.value() }
            return .object(members)
        case UInt8(ascii: "["):
            var elements = [JSONValue]()
            try self.array { reader in elements.append(try reader.value()) }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(try self.parseString())
        case UInt8(ascii: "t"): return try self.parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try self.parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try self.parseWord("null", .null)
        default:
            guard try self.isAtNumber() else { throw self.malformed("a value was expected") }
            return try self.parseNumber()
        }
    }

    /// Passes over whatever is next.
    ///
    /// - Throws: ``JSONError``.
    package mutating func skip() throws {
        switch try self.nextByte() {
        case UInt8(ascii: "{"): try self.object { reader, _ in try reader.skip() }
        case UInt8(ascii: "["): try self.array { reader in try reader.skip() }
        default: _ = try self.value()
        }
    }

    /// Whether the next value is of the kind that begins with a byte, such as `{`.
    ///
    /// - Throws: ``JSONError`` at the end of the document.
    package mutating func isNext(_ first: Unicode.Scalar) throws -> Bool { try self.nextByte() == UInt8(ascii: first) }

    // MARK: Structure

    /// Goes past an opening bracket; false where nothing is inside.
    private mutating func enter(_ open: UInt8, _ what: String, end: UInt8) throws -> Bool {
        guard try self.nextByte() == open else {
            _ = try self.null(else: what) as Never?
            return false
        }
        guard self.depth < self.maximumDepth else {
            throw JSONError(.tooDeep, "The JSON is nested more than \(self.maximumDepth) levels deep\(self.place).")
        }
        self.position += 1
        guard try self.nextByte() != end else {
            self.position += 1
            return false
        }
        self.depth += 1
        return true
    }

    /// Goes past a comma, or past the closing bracket.
    private mutating func goesOn(until end: UInt8) throws -> Bool {
        if try self.nextByte() == end {
            self.position += 1
            self.depth -= 1
            return false
        }
        try self.expect(UInt8(ascii: ","))
        return true
    }

    /// Reads `null` where something else was expected.
    private mutating func null<Value>(else expected: String) throws -> Value? {
        guard try self.peek() == UInt8(ascii: "n") else { throw self.wrongType(expected) }
        _ = try self.parseWord("null", .null)
        return nil
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
        let matches = word.withUTF8Buffer { self.bytes[self.position...].starts(with: $0) }
        guard matches else { throw self.malformed("a value was expected") }
        self.position += word.utf8CodeUnitCount
        return value
    }

    // MARK: Bytes

    mutating func skipSpace() {
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case 0x20, 0x0A, 0x0D, 0x09: self.position += 1
            default: return
            }
        }
    }

    func peek() throws -> UInt8 {
        guard self.position < self.bytes.count else { throw self.truncated() }
        return self.bytes[self.position]
    }

    private mutating func nextByte() throws -> UInt8 {
        self.skipSpace()
        return try self.peek()
    }

    func next(is byte: UInt8) -> Bool { self.position < self.bytes.count && self.bytes[self.position] == byte }

    private mutating func expect(_ byte: UInt8) throws {
        guard try self.peek() == byte else {
            throw self.malformed("'\(Character(Unicode.Scalar(byte)))' was expected")
        }
        self.position += 1
    }

    // MARK: Errors

    func truncated() -> JSONError { JSONError(.truncated, "The JSON ends inside a value\(self.place).") }

    func malformed(_ what: String) -> JSONError {
        JSONError(.malformed, "The JSON is malformed: \(what)\(self.place).")
    }

    private func wrongType(_ expected: String) -> JSONError {
        JSONError(.wrongType, "The JSON has another type of value where \(expected) was expected\(self.place).")
    }

    private var place: String {
        let before = self.bytes.prefix(self.position)
        let line = before.count { $0 == 0x0A } + 1
        let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return " (line \(line), column \(column))"
    }
}
