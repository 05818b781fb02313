// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Reads comma-separated values by RFC 4180: quotes around what has commas, lines or quotes in it.
struct SeparatedValues {
    private let bytes: [UInt8]
    private var position = 0
    /// The line at which the record that was read last begins, from 1.
    private(set) var line = 1
    private var nextLine = 1

    init(_ text: String) { self.bytes = Array(text.withoutByteOrderMark.utf8) }

    /// The next record that is not an empty line; nil at the end.
    ///
    /// - Throws: ``ExperimentError`` for a quote that is not closed, or has something behind it.
    mutating func next() throws -> [String]? {
        while self.position < self.bytes.count {
            self.line = self.nextLine
            let record = try self.record()
            if record != [""] { return record }
        }
        return nil
    }

    private mutating func record() throws -> [String] {
        var fields: [String] = []
        while true {
            fields.append(try self.field())
            guard self.position < self.bytes.count else { return fields }
            let separator = self.bytes[self.position]
            self.position += 1
            if separator == UInt8(ascii: ",") { continue }
            if separator == UInt8(ascii: "\r"), self.position < self.bytes.count,
                self.bytes[self.position] == UInt8(ascii: "\n")
            {
                self.position += 1
            }
            self.nextLine += 1
            return fields
        }
    }

    private mutating func field() throws -> String {
        if self.position < self.bytes.count, self.bytes[self.position] == UInt8(ascii: "\"") {
            return try self.quoted()
        }
        let start = self.position
        while self.position < self.bytes.count, !Self.isSeparator(self.bytes[self.position]) { self.position += 1 }
        return String(decoding: self.bytes[start..<self.position], as: UTF8.self)
    }

    private mutating func quoted() throws -> String {
        let begin = self.nextLine
        var text: [UInt8] = []
        self.position += 1
        while self.position < self.bytes.count {
            let byte = self.bytes[self.position]
            self.position += 1
            if byte == UInt8(ascii: "\n") { self.nextLine += 1 }
            guard byte == UInt8(ascii: "\"") else {
                text.append(byte)
                continue
            }
            guard self.position < self.bytes.count else { return String(decoding: text, as: UTF8.self) }
            if self.bytes[self.position] == UInt8(ascii: "\"") {
                text.append(byte)
                self.position += 1
            } else if Self.isSeparator(self.bytes[self.position]) {
                return String(decoding: text, as: UTF8.self)
            } else {
                throw ExperimentError(
                    .invalidOutcome,
                    "Line \(self.nextLine): something stands behind a closing quote; write two quotes for one.")
            }
        }
        throw ExperimentError(.invalidOutcome, "Line \(begin): a quote is not closed.")
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
}
