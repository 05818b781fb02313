// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension MetaSchemaTable {
    /// The parts of a draft's meta-schema that schemas refer to by name.
    static func definitions(_ draft: SchemaDraft) -> JSONValue {
        let count: JSONValue = ["type": "integer", "minimum": 0]
        let prefix = self.definitions(in: draft)
        let (name, zero) =
            draft == .draft4
            ? ("positiveInteger", "positiveIntegerDefault0") : ("nonNegativeInteger", "nonNegativeIntegerDefault0")
        return [
            name: count, zero: ["allOf": [["$ref": .string(prefix + name)], ["default": 0]]],
            "schemaArray": ["type": "array", "minItems": 1, "items": Value.schema.schema(draft)],
            "simpleTypes": ["enum": ["array", "boolean", "integer", "null", "number", "object", "string"]],
            "stringArray": self.stringArray(draft),
        ]
    }

    private static func stringArray(_ draft: SchemaDraft) -> JSONValue {
        draft == .draft4
            ? ["type": "array", "items": ["type": "string"], "minItems": 1, "uniqueItems": true]
            : ["type": "array", "items": ["type": "string"], "uniqueItems": true, "default": []]
    }

    fileprivate static func definitions(in draft: SchemaDraft) -> String {
        draft >= .draft2019 ? "#/$defs/" : "#/definitions/"
    }

}

extension MetaSchemaTable.Value {
    /// The schema of such a value in a draft.
    func schema(_ draft: SchemaDraft) -> JSONValue {
        switch self {
        case .anything: draft == .draft4 ? [:] : true
        case .list: ["type": "array"]
        case .choices: ["type": "array", "minItems": 1, "uniqueItems": true]
        case .truth, .recursiveAnchor: ["type": "boolean", "default": false]
        case .text: ["type": "string"]
        case .number: ["type": "number"]
        case .positive where draft == .draft4: ["type": "number", "minimum": 0, "exclusiveMinimum": true]
        case .positive: ["type": "number", "exclusiveMinimum": 0]
        case .limit: draft == .draft4 ? ["type": "boolean"] : ["type": "number"]
        case .reference: ["type": "string", "format": "uri-reference"]
        case .identifier where draft >= .draft2019:
            ["type": "string", "format": "uri-reference", "pattern": "^[^#]*#?$"]
        case .identifier: ["type": "string", "format": "uri-reference"]
        case .uri: ["type": "string", "format": "uri"]
        case .pattern: ["type": "string", "format": "regex"]
        case .anchor: ["type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9._]*$"]
        case .vocabulary:
            [
                "type": "object", "propertyNames": ["type": "string", "format": "uri"],
                "additionalProperties": ["type": "boolean"],
            ]
        default: self.structure(draft)
        }
    }

    /// The values that hold schemas, names or counts.
    private func structure(_ draft: SchemaDraft) -> JSONValue {
        let itself: JSONValue =
            switch draft {
            case .draft2020: ["$dynamicRef": "#meta"]
            case .draft2019: ["$recursiveRef": "#"]
            default: ["$ref": "#"]
            }
        func named(_ name: String) -> JSONValue {
            ["$ref": .string(MetaSchemaTable.definitions(in: draft) + name)]
        }
        let map: JSONValue = ["type": "object", "additionalProperties": itself, "default": [:]]
        switch self {
        case .schemas: return named("schemaArray")
        case .map: return map
        case .patternMap where draft == .draft4: return map
        case .patternMap:
            return ["type": "object", "additionalProperties": itself, "propertyNames": ["format": "regex"]]
        case .items: return ["anyOf": [itself, named("schemaArray")]]
        case .schemaOrTruth: return draft == .draft4 ? ["anyOf": [["type": "boolean"], itself]] : itself
        case .dependencies:
            return ["type": "object", "additionalProperties": ["anyOf": [itself, named("stringArray")]]]
        case .names: return named("stringArray")
        case .nameMap: return ["type": "object", "additionalProperties": named("stringArray")]
        case .count: return named(draft == .draft4 ? "positiveInteger" : "nonNegativeInteger")
        case .countOrZero: return named(draft == .draft4 ? "positiveIntegerDefault0" : "nonNegativeIntegerDefault0")
        case .one: return ["allOf": [named("nonNegativeInteger"), ["default": 1]]]
        case .types:
            return [
                "anyOf": [
                    named("simpleTypes"),
                    ["type": "array", "items": named("simpleTypes"), "minItems": 1, "uniqueItems": true],
                ]
            ]
        default: return itself
        }
    }
}
