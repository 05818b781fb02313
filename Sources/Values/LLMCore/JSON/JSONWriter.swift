// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

/// Writes JSON text piece by piece, without a tree of values.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.object { writer in
///     writer.member("model", "gpt-4o")
///     writer.key("stop")
///     writer.array { writer in writer.string("\n") }
/// }
/// ```
/// Commas are set between values. Where each nanosecond counts, brackets, keys and commas may be written by ``raw(_:)``,
/// which then takes the place of `object`, `array` and `key` for that whole text.
package struct JSONWriter: Sendable {
    /// The text so far, in UTF-8.
    package private(set) var bytes: [UInt8] = []
    private let indentation: Int?
    private var depth = 0
    private var needsComma = false
    /// Whether nothing is inside the brackets yet.
    private var isFirst = false

    /// Begins a text.
    ///
    /// - Parameters:
    ///   - capacity: How many bytes it will be, roughly.
    ///   - indentation: Spaces a level for readable text over several lines, or nil for compact text.
    package init(capacity: Int = 0, indentation: Int? = nil) {
        self.indentation = indentation
        self.bytes.reserveCapacity(capacity)
    }

    /// Writes an object.
    package mutating func object(_ members: (inout JSONWriter) throws -> Void) rethrows {
        try self.nested("{", "}", members)
    }

    /// Writes an array.
    package mutating func array(_ elements: (inout JSONWriter) throws -> Void) rethrows {
        try self.nested("[", "]", elements)
    }

    /// Writes the key of a member; its value comes next.
    package mutating func key(_ key: String) {
        self.string(key)
        self.bytes.append(UInt8(ascii: ":"))
        if self.indentation != nil { self.bytes.append(UInt8(ascii: " ")) }
        self.needsComma = false
    }

    /// Writes a member.
    package mutating func member(_ key: String, _ value: String) {
        self.key(key)
        self.string(value)
    }

    /// Writes a member.
    package mutating func member(_ key: String, _ value: Int) {
        self.key(key)
        self.integer(value)
    }

    /// Writes a member.
    package mutating func member(_ key: String, _ value: Bool) {
        self.key(key)
        self.bool(value)
    }

    /// Writes a member.
    package mutating func member(_ key: String, _ value: Float) {
        self.key(key)
        self.number(value)
    }

    /// Writes a member.
    package mutating func member(_ key: String, _ value: JSONValue) {
        self.key(key)
        self.value(value)
    }

    /// Writes text that is JSON already, or a part of it.
    package mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
        (self.needsComma, self.isFirst) = (false, false)
    }

    /// Writes bytes that are JSON already, or a part of it.
    package mutating func raw(_ bytes: [UInt8]) {
        self.bytes.append(contentsOf: bytes)
        (self.needsComma, self.isFirst) = (false, false)
    }

    /// Writes `null`.
    package mutating func null() { self.scalar("null") }

    /// Writes `true` or `false`.
    package mutating func bool(_ value: Bool) { self.scalar(value ? "true" : "false") }

    /// Writes a whole number.
    package mutating func integer(_ value: Int) {
        guard 0..<10 ~= value else { return self.scalar(String(value)) }
        self.beginValue()
        self.bytes.append(UInt8(ascii: "0") &+ UInt8(value))
    }

    /// Writes a number in the digits of its own precision; `null` for not-a-number and infinities, which JSON lacks.
    package mutating func number(_ value: some BinaryFloatingPoint & CustomStringConvertible) {
        self.scalar(value.isFinite ? value.description : "null")
    }

    /// Writes any value.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: self.null()
        case .bool(let value): self.bool(value)
        case .integer(let value): self.integer(value)
        case .number(let value): self.number(value)
        case .string(let value): self.string(value)
        case .array(let elements): self.array { writer in for element in elements { writer.value(element) } }
        case .object(let members):
            self.object { writer in for (key, value) in members { writer.member(key, value) } }
        }
    }

    /// Writes a string; only what must be escaped is escaped.
    package mutating func string(_ value: String) {
        self.beginValue()
        self.bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { self.escape($0) }
        self.bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ utf8: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for (index, byte) in utf8.enumerated() {
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            self.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
            start = index + 1
            self.bytes.append(UInt8(ascii: "\\"))
            switch byte {
            case UInt8(ascii: "\n"): self.bytes.append(UInt8(ascii: "n"))
            case UInt8(ascii: "\r"): self.bytes.append(UInt8(ascii: "r"))
            case UInt8(ascii: "\t"): self.bytes.append(UInt8(ascii: "t"))
            case ..<0x20:
                self.bytes.append(contentsOf: byte < 0x10 ? "u000".utf8 : "u001".utf8)
                self.bytes.append(contentsOf: String(byte & 0xF, radix: 16).utf8)
            default: self.bytes.append(byte)
            }
        }
        self.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
    }

    private mutating func scalar(_ text: String) {
        self.beginValue()
        self.bytes.append(contentsOf: text.utf8)
    }

    /// Separates a value from the one before it.
    private mutating func beginValue() {
        if self.needsComma { self.bytes.append(UInt8(ascii: ",")) }
        if self.needsComma || self.isFirst { self.newline() }
        self.needsComma = true
        self.isFirst = false
    }

    private mutating func nested(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONWriter) throws -> Void
    ) rethrows {
        self.beginValue()
        self.bytes.append(UInt8(ascii: open))
        self.depth += 1
        (self.needsComma, self.isFirst) = (false, true)
        try body(&self)
        self.depth -= 1
        if !self.isFirst { self.newline() }
        self.bytes.append(UInt8(ascii: close))
        (self.needsComma, self.isFirst) = (true, false)
    }

    private mutating func newline() {
        guard let indentation else { return }
        self.bytes.append(UInt8(ascii: "\n"))
        self.bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, self.depth * indentation)))
    }
}
