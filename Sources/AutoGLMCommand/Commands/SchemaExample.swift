// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Makes a value that looks like what a schema asks for; small models follow an example better than a schema.
enum SchemaExample {
    private static let maximumDepth = 6

    /// An example, or nil where the schema does not say plainly enough what it wants.
    static func make(_ schema: JSONValue, depth: Int = 0) -> JSONValue? {
        guard depth < self.maximumDepth else { return nil }
        let given =
            schema["const"] ?? schema["enum"]?.arrayValue?.first ?? schema["examples"]?.arrayValue?.first
            ?? schema["default"]
        if let given { return given }
        switch schema["type"]?.stringValue ?? schema["type"]?.arrayValue?.first?.stringValue {
        case "string": return "..."
        case "integer": return 1
        case "number": return 1.5
        case "boolean": return true
        case "null": return .null
        case "array":
            guard let items = schema["items"] else { return [] }
            return self.make(items, depth: depth + 1).map { [$0] }
        case "object": return self.object(schema, depth: depth)
        default: return schema["properties"] == nil ? nil : self.object(schema, depth: depth)
        }
    }

    private static func object(_ schema: JSONValue, depth: Int) -> JSONValue? {
        let required = Set((schema["required"]?.arrayValue ?? []).compactMap(\.stringValue))
        var members: OrderedDictionary<String, JSONValue> = [:]
        for (name, property) in schema["properties"]?.objectValue ?? [:] {
            if let value = self.make(property, depth: depth + 1) {
                members[name] = value
            } else if required.contains(name) {
                return nil
            }
        }
        return members.isEmpty ? nil : .object(members)
    }
}
