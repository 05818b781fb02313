// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// A JSON value that goes through Swift's encoders and decoders.
struct CodedJSON: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    let value: JSONValue

    init(value: JSONValue) { self.value = value }

    init(from decoder: any Decoder) throws {
        if let keyed = try? decoder.container(keyedBy: Key.self) {
            let members = try keyed.allKeys.map { ($0.stringValue, try keyed.decode(Self.self, forKey: $0).value) }
            self.value = .object(OrderedDictionary(members, uniquingKeysWith: { _, last in last }))
            return
        }
        if var list = try? decoder.unkeyedContainer() {
            var elements: [JSONValue] = []
            while !list.isAtEnd { elements.append(try list.decode(Self.self).value) }
            self.value = .array(elements)
            return
        }
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            self.value = .null
        } else if let truth = try? single.decode(Bool.self) {
            self.value = .bool(truth)
        } else if let whole = try? single.decode(Int.self) {
            self.value = .integer(whole)
        } else if let number = try? single.decode(Double.self) {
            self.value = .number(number)
        } else {
            self.value = .string(try single.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self.value {
        case .object(let members):
            var container = encoder.container(keyedBy: Key.self)
            for (key, value) in members {
                try container.encode(CodedJSON(value: value), forKey: Key(stringValue: key))
            }
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(CodedJSON(value: element)) }
        default: try self.encodeScalar(to: encoder)
        }
    }

    private func encodeScalar(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self.value {
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .null, .array, .object: try container.encodeNil()
        }
    }
}
