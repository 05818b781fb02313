// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import OrderedCollections

extension GeneratedContent {
    /// Reads JSON; where the text ends too early, what there is of it.
    ///
    /// - Throws: ``JSONError`` with line and column of what was wrong, with code `.truncated` if nothing is there.
    public init(json: String) throws {
        if let value = try? JSONValue(parsing: json) {
            self.init(value)
            return
        }
        var reader = PartialJSONReader()
        try reader.append(json)
        guard let content = reader.content else {
            throw JSONError(.truncated, "The JSON text has no value yet.")
        }
        self = content
    }

    /// The content as compact JSON; what has not been generated is left out.
    public var jsonString: String { self.jsonValue.serialized() }

    /// The content as a JSON value.
    package var jsonValue: JSONValue {
        switch self.storage {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string(let value): .string(value)
        case .array(let elements): .array(elements.map(\.jsonValue))
        case .structure(let members): .object(members.mapValues(\.jsonValue))
        }
    }

    /// Complete content out of a JSON value.
    ///
    /// - Parameters:
    ///   - value: The JSON value.
    ///   - response: Where identities come from, or nil for none.
    package init(_ value: JSONValue, response: GenerationID? = nil) {
        var count = 0
        self.init(value, response: response, count: &count)
    }

    private init(_ value: JSONValue, response: GenerationID?, count: inout Int) {
        let id = response?.value(count)
        count += 1
        switch value {
        case .array(let elements):
            self.init(.array(elements.map { Self($0, response: response, count: &count) }), id: id)
        case .object(let members):
            self.init(.structure(members.mapValues { Self($0, response: response, count: &count) }), id: id)
        case .null: self.init(.null, id: id)
        case .bool(let value): self.init(.bool(value), id: id)
        case .integer(let value): self.init(.integer(value), id: id)
        case .number(let value): self.init(.number(value), id: id)
        case .string(let value): self.init(.string(value), id: id)
        }
    }
}
