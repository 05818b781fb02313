// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The bytes of a log line as it is written.
struct LogLine {
    /// What is there, with what was there before.
    private(set) var bytes: [UInt8] = []

    /// Writes a line behind what there is, in its place.
    static func append(to bytes: inout [UInt8], _ write: (inout LogLine) -> Void) {
        var line = LogLine()
        swap(&line.bytes, &bytes)
        write(&line)
        swap(&line.bytes, &bytes)
    }

    /// A string as JSON.
    static func quoted(_ text: String) -> [UInt8] {
        var line = LogLine()
        line.string(text)
        return line.bytes
    }

    /// Writes what is JSON already.
    mutating func raw(_ text: StaticString) { text.withUTF8Buffer { self.bytes.append(contentsOf: $0) } }

    /// Writes what needs no quotation marks.
    mutating func plain(_ text: String) { self.bytes.append(contentsOf: text.utf8) }

    /// Writes what is JSON already.
    mutating func raw(_ bytes: [UInt8]) { self.bytes.append(contentsOf: bytes) }

    /// Writes a number that is not negative.
    ///
    /// - Parameter digits: How many digits it has at least.
    mutating func number(_ number: Int64, digits: Int = 1) {
        var (rest, count) = (number, 0)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { text in
            repeat {
                count += 1
                text[20 - count] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0 || count < digits
            self.bytes.append(contentsOf: text[(20 - count)...])
        }
    }

    /// Writes a moment.
    mutating func time(_ nanoseconds: UInt64) { Timestamp.append(nanoseconds, to: &self.bytes) }

    /// Writes a number as 16 hexadecimal digits.
    mutating func digits(_ number: UInt64) { HexDigits.append(number, to: &self.bytes) }

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
