// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The bytes of a log line as it is written.
struct LogLine {
    /// What is there.
    var bytes: [UInt8] = []

    init() { self.bytes.reserveCapacity(400) }

    /// Writes what is JSON already.
    mutating func raw(_ text: StaticString) { text.withUTF8Buffer { self.bytes.append(contentsOf: $0) } }

    /// Writes a string; nearly all have nothing that must be escaped.
    mutating func string(_ text: String) {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        guard isPlain else { return self.json(.string(text)) }
        self.bytes.append(UInt8(ascii: "\""))
        self.bytes.append(contentsOf: text.utf8)
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Writes any value.
    mutating func value(_ value: AttributeValue) {
        if case .string(let text) = value { self.string(text) } else { self.json(value.json) }
    }

    private mutating func json(_ value: JSONValue) {
        var writer = JSONWriter()
        writer.value(value)
        self.bytes.append(contentsOf: writer.bytes)
    }
}
