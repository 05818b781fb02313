// SPDX-License-Identifier: Apache-2.0

package import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Turns values of PostgreSQL, which come as texts, into JSON, and back.
package enum PostgresValue {
    /// The numbers of types in the server's catalogue, which never change.
    private enum Kind {
        case bool, bytes, integer, float, json, timestamp, text
    }

    private static let kinds: [UInt32: Kind] = [
        16: .bool, 17: .bytes, 20: .integer, 21: .integer, 23: .integer, 26: .integer, 114: .json, 700: .float,
        701: .float,
        1114: .timestamp, 1184: .timestamp, 3802: .json,
    ]

    /// The types of arrays, and those of their elements.
    private static let elements: [UInt32: UInt32] = [
        199: 114, 1000: 16, 1001: 17, 1002: 18, 1003: 19, 1005: 21, 1007: 23, 1009: 25, 1014: 1042, 1015: 1043,
        1016: 20,
        1021: 700, 1022: 701, 1028: 26, 1115: 1114, 1182: 1082, 1183: 1083, 1185: 1184, 1187: 1186, 1231: 1700,
        1270: 1266,
        2951: 2950, 3807: 3802,
    ]

    // MARK: - From the server

    /// A value as JSON.
    ///
    /// A `numeric` stays the exact text that it is, whatever its value; so do `NaN` and the infinities. Bytes are base64,
    /// points in time ISO 8601, and what has no form of its own here is the server's text.
    /// - Parameters:
    ///   - text: What the server sends.
    ///   - type: The type's number in the server's catalogue.
    package static func json(_ text: String, type: UInt32) throws -> JSONValue {
        if let element = Self.elements[type] {
            return try PostgresArray.read(text) { try Self.json($0, type: element) }
        }
        switch Self.kinds[type] ?? .text {
        case .bool: return .bool(text == "t")
        case .integer: return Int(text).map(JSONValue.integer) ?? .string(text)
        case .float: return Self.float(text)
        case .json: return (try? JSONValue(parsing: text)) ?? .string(text)
        case .bytes: return .string(Self.base64(hex: text) ?? text)
        case .timestamp: return .string(Self.isoTime(text))
        case .text: return .string(text)
        }
    }

    private static func float(_ text: String) -> JSONValue {
        guard let value = Double(text), value.isFinite else { return .string(text) }
        return .number(value)
    }

    /// `2024-05-06 07:08:09.5+00` as `2024-05-06T07:08:09.5Z`; what is no such time stays: `infinity`, years before Christ.
    private static func isoTime(_ text: String) -> String {
        let parts = text.split(separator: " ")
        guard parts.count == 2, parts[1].first?.isNumber == true else { return text }
        let time = parts[1].hasSuffix("+00") ? parts[1].dropLast(3) + "Z" : parts[1]
        return "\(parts[0])T\(time)"
    }

    /// `\x01ff` as base64.
    private static func base64(hex text: String) -> String? {
        guard text.hasPrefix("\\x") else { return nil }
        let digits = text.utf8.dropFirst(2).map { byte -> UInt8 in byte < 0x3A ? byte & 0xF : (byte & 0xF) + 9 }
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] & 0xF }
        return Data(bytes).base64EncodedString()
    }

    // MARK: - To the server

    /// A parameter's text; the server reads it by the type that the statement needs there.
    ///
    /// An array becomes an array of PostgreSQL's, an object becomes JSON.
    /// - Throws: ``PostgresError`` with code `.invalidParameter` for an array of objects.
    static func text(_ value: JSONValue) throws -> String? {
        switch value {
        case .null: nil
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .string(let value): value
        case .array(let values): try PostgresArray.written(values)
        case .object: value.serialized()
        }
    }
}
