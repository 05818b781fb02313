// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

extension JSONValue {
    /// Keywords of schemas that OpenAI refuses where it is to keep to them strictly.
    private static let looseKeywords: Set<String> = [
        "allOf", "not", "if", "then", "else", "oneOf", "dependentRequired", "dependentSchemas", "patternProperties",
        "unevaluatedProperties", "propertyNames", "minProperties", "maxProperties", "minLength", "maxLength",
        "unevaluatedItems", "prefixItems", "contains", "minContains", "maxContains", "uniqueItems",
    ]
    /// Keywords whose members are named by whoever wrote the schema.
    private static let namedSchemas: Set<String> = ["properties", "$defs", "definitions"]
    /// Keywords that hold values and not schemas.
    private static let values: Set<String> = [
        "const", "enum", "default", "examples", "required", "type", "description",
    ]

    /// Whether OpenAI keeps to this schema strictly: it wants an object whose objects have all of their members and no others.
    ///
    /// Another schema is told it all the same, and is then a wish.
    var isStrictSchema: Bool { self["type"] == "object" && self.isStrictPart }

    private var isStrictPart: Bool {
        guard let members = self.objectValue else { return false }
        if members["type"] == "object" || members["properties"] != nil {
            let names = Set(members["properties"]?.objectValue?.keys.map { $0 } ?? [])
            let required = Set(members["required"]?.arrayValue?.compactMap(\.stringValue) ?? [])
            guard members["additionalProperties"] == false, names == required else { return false }
        }
        return members.allSatisfy { name, value in
            if Self.looseKeywords.contains(name) { return false }
            if Self.values.contains(name) || name == "additionalProperties" { return true }
            if Self.namedSchemas.contains(name) {
                return value.objectValue?.values.allSatisfy(\.isStrictPart) ?? false
            }
            if let elements = value.arrayValue { return elements.allSatisfy(\.isStrictPart) }
            return value.objectValue == nil || value.isStrictPart
        }
    }
}
