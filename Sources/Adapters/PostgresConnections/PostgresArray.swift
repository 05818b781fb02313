// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Arrays in PostgreSQL's text form: `{1,NULL,"a \"b\""}`, `{{1,2},{3,4}}`.
enum PostgresArray {
    /// The most dimensions; the server has no more.
    private static let maximumDepth = 6

    /// Reads an array.
    ///
    /// - Throws: ``PostgresError`` with code `.refused` where it is malformed, or what `element` throws.
    static func read(_ text: String, element: (String) throws -> JSONValue) throws -> JSONValue {
        // Bounds other than from 1 stand before: [0:1]={5,6}
        let bytes = Array(text.utf8)
        let start = bytes.first == UInt8(ascii: "[") ? (bytes.firstIndex(of: UInt8(ascii: "=")) ?? -1) + 1 : 0
        var reader = Reader(bytes: bytes, position: start)
        let value = try reader.array(depth: 1, element)
        guard reader.position == bytes.count else { throw Self.malformed }
        return value
    }

    /// Writes an array of simple values, or of such arrays.
    ///
    /// - Throws: ``PostgresError`` with code `.invalidParameter`.
    static func written(_ values: [JSONValue], depth: Int = 1) throws -> String {
        guard depth <= Self.maximumDepth else {
            throw PostgresError(.invalidParameter, "An array may have at most six dimensions.")
        }
        let elements = try values.map { value in
            switch value {
            case .null: return "NULL"
            case .array(let values): return try Self.written(values, depth: depth + 1)
            case .object:
                throw PostgresError(
                    .invalidParameter, "An array in a parameter cannot hold objects; give it as a text with JSON in it."
                )
            case .string, .bool, .integer, .number:
                let text = (try PostgresValue.text(value) ?? "").map { "\"\\".contains($0) ? "\\\($0)" : "\($0)" }
                return "\"\(text.joined())\""
            }
        }
        return "{\(elements.joined(separator: ","))}"
    }

    private static var malformed: PostgresError {
        PostgresError(.refused, "The server sent an array that cannot be read.")
    }

    private struct Reader {
        let bytes: [UInt8]
        var position: Int

        private static let open = UInt8(ascii: "{")
        private static let close = UInt8(ascii: "}")
        private static let comma = UInt8(ascii: ",")
        private static let quote = UInt8(ascii: "\"")
        private static let backslash = UInt8(ascii: "\\")

        mutating func array(depth: Int, _ element: (String) throws -> JSONValue) throws -> JSONValue {
            guard self.take(Self.open), depth <= PostgresArray.maximumDepth else { throw PostgresArray.malformed }
            var values = [JSONValue]()
            if self.take(Self.close) { return .array(values) }
            repeat {
                if self.next == Self.open {
                    values.append(try self.array(depth: depth + 1, element))
                } else if self.take(Self.quote) {
                    values.append(try element(self.quoted()))
                } else {
                    let text = try self.plain()
                    values.append(text.uppercased() == "NULL" ? .null : try element(text))
                }
            } while self.take(Self.comma)
            guard self.take(Self.close) else { throw PostgresArray.malformed }
            return .array(values)
        }

        private var next: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard self.next == byte else { return false }
            self.position += 1
            return true
        }

        private mutating func quoted() throws -> String {
            var text = [UInt8]()
            while let byte = self.next {
                self.position += 1
                if byte == Self.quote { return String(decoding: text, as: UTF8.self) }
                guard byte == Self.backslash else {
                    text.append(byte)
                    continue
                }
                guard let escaped = self.next else { break }
                text.append(escaped)
                self.position += 1
            }
            throw PostgresArray.malformed
        }

        private mutating func plain() throws -> String {
            let start = self.position
            while let byte = self.next, byte != Self.comma, byte != Self.close {
                guard byte != Self.open, byte != Self.quote else { throw PostgresArray.malformed }
                self.position += 1
            }
            guard self.position > start else { throw PostgresArray.malformed }
            return String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        }
    }
}
