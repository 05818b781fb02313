// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

/// JSON text that grows in place, in UTF-8.
///
/// What is written for every request or token is written with this, member by member; everything else is built as a
/// ``JSONValue``, which this writes, too. Brackets, keys and commas are the caller's, by ``raw(_:)``.
package struct JSONWriter: Sendable {
    /// The text so far.
    package private(set) var bytes: [UInt8] = []
    private let indentation: Int?

    /// Starts an empty text.
    ///
    /// - Parameters:
    ///   - capacity: How many bytes are expected.
    ///   - indentation: Spaces a level for ``value(_:)`` over several lines, or nil for compact text.
    package init(capacity: Int = 0, indentation: Int? = nil) {
        self.bytes.reserveCapacity(capacity)
        self.indentation = indentation
    }

    /// Adds text that is JSON already.
    package mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
    }

    /// Adds bytes that are JSON already.
    package mutating func raw(_ bytes: [UInt8]) { self.bytes.append(contentsOf: bytes) }

    /// Adds a whole number.
    package mutating func integer(_ value: Int) {
        guard value >= 10 || value < 0 else { return self.bytes.append(UInt8(ascii: "0") &+ UInt8(value)) }
        self.bytes.append(contentsOf: String(value).utf8)
    }

    /// Adds a number; not-a-number and infinities, which JSON lacks, become `null`.
    package mutating func number(_ value: some BinaryFloatingPoint & CustomStringConvertible) {
        guard value.isFinite else { return self.raw("null") }
        self.bytes.append(contentsOf: value.description.utf8)
    }

    /// Adds a string in quotes; only what must be escaped is escaped.
    package mutating func string(_ text: String) {
        self.bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { self.escaped($0) }
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Adds any value.
    package mutating func value(_ value: JSONValue) { self.value(value, depth: 0) }

    private mutating func value(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: self.raw("null")
        case .bool(let value): self.raw(value ? "true" : "false")
        case .integer(let value): self.integer(value)
        case .number(let value): self.number(value)
        case .string(let value): self.string(value)
        case .array(let elements):
            self.items(elements, between: ("[", "]"), depth: depth) { writer, element in
                writer.value(element, depth: depth + 1)
            }
        case .object(let members):
            self.items(members.elements, between: ("{", "}"), depth: depth) { writer, member in
                writer.string(member.key)
                writer.raw(writer.indentation == nil ? ":" : ": ")
                writer.value(member.value, depth: depth + 1)
            }
        }
    }

    private mutating func items<Items: Collection>(
        _ items: Items, between brackets: (StaticString, StaticString), depth: Int,
        each: (inout Self, Items.Element) -> Void
    ) {
        self.raw(brackets.0)
        var isFirst = true
        for item in items {
            if !isFirst { self.bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            self.newline(depth: depth + 1)
            each(&self, item)
        }
        if !isFirst { self.newline(depth: depth) }
        self.raw(brackets.1)
    }

    private mutating func newline(depth: Int) {
        guard let indentation else { return }
        self.bytes.append(UInt8(ascii: "\n"))
        self.bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, depth * indentation)))
    }

    /// Adds what is between quotes, in runs of what needs no escape.
    private mutating func escaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for (index, byte) in text.enumerated()
        where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            self.bytes.append(contentsOf: text[start..<index])
            self.escape(byte)
            start = index + 1
        }
        self.bytes.append(contentsOf: text[start...])
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): self.raw("\\\"")
        case UInt8(ascii: "\\"): self.raw("\\\\")
        case UInt8(ascii: "\n"): self.raw("\\n")
        case UInt8(ascii: "\r"): self.raw("\\r")
        case UInt8(ascii: "\t"): self.raw("\\t")
        default:
            self.raw(byte < 0x10 ? "\\u000" : "\\u001")
            self.bytes.append(contentsOf: String(byte & 0xF, radix: 16).utf8)
        }
    }
}
