// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

extension GenerationSchema: Codable {
    /// Writes the schema as JSON Schema.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws { try CodedJSON(value: self.jsonSchema).encode(to: encoder) }

    /// Reads a schema that was written as JSON Schema; properties take the order that `x-order` tells.
    ///
    /// - Throws: `DecodingError` if it is no JSON object.
    public init(from decoder: any Decoder) throws {
        let value = try CodedJSON(from: decoder).value
        guard value.objectValue != nil else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "A schema is a JSON object."))
        }
        self.init(SchemaNode(.document(Self.ordered(value)), name: value["title"]?.stringValue))
    }

    /// Puts properties back into their order, which encoders forget.
    private static func ordered(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map { self.ordered($0) })
        case .object(var members):
            if let order = members["x-order"]?.arrayValue?.compactMap(\.stringValue),
                var properties = members["properties"]?.objectValue
            {
                let places = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
                properties.sort { (places[$0.key] ?? .max, $0.key) < (places[$1.key] ?? .max, $1.key) }
                members["properties"] = .object(properties)
            }
            return .object(members.mapValues { self.ordered($0) })
        default: return value
        }
    }
}
