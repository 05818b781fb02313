// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Which keywords a schema may use: those of a draft, less the vocabularies that its meta-schema leaves out.
struct SchemaDialect: Sendable {
    var draft: SchemaDraft
    var vocabularies: SchemaVocabularies
    /// Whether `format` is a constraint.
    var assertsFormats: Bool

    init(_ draft: SchemaDraft, assertsFormats: Bool) {
        self.draft = draft
        self.vocabularies = .all
        self.assertsFormats = assertsFormats
    }

    /// The members of a schema object that this dialect gives a meaning to.
    func active(_ members: OrderedDictionary<String, JSONValue>) -> OrderedDictionary<String, JSONValue> {
        if self.draft.ignoresSiblingsOfReferences, members["$ref"] != nil {
            return members.filter { ["$ref", "definitions", "$defs"].contains($0.key) }
        }
        guard self.draft != .draft2020 || self.vocabularies != .all else { return members }
        return members.filter { keyword, _ in
            guard self.draft >= Self.introductions[keyword] ?? .draft4 else { return false }
            return SchemaVocabularies.owner(of: keyword).map(self.vocabularies.contains) ?? true
        }
    }

    /// The draft that a keyword came with, where that is not the first.
    private static let introductions: [String: SchemaDraft] = [
        "const": .draft6, "contains": .draft6, "propertyNames": .draft6, "if": .draft7, "then": .draft7,
        "else": .draft7,
        "$anchor": .draft2019, "$recursiveRef": .draft2019, "$recursiveAnchor": .draft2019,
        "dependentRequired": .draft2019, "dependentSchemas": .draft2019, "minContains": .draft2019,
        "maxContains": .draft2019, "unevaluatedItems": .draft2019, "unevaluatedProperties": .draft2019,
        "prefixItems": .draft2020, "$dynamicRef": .draft2020, "$dynamicAnchor": .draft2020,
    ]
}

/// The groups of keywords that a meta-schema may leave out (2019-09 and later).
struct SchemaVocabularies: OptionSet, Sendable {
    let rawValue: UInt8

    static let applicator = Self(rawValue: 1 << 0)
    static let validation = Self(rawValue: 1 << 1)
    static let unevaluated = Self(rawValue: 1 << 2)
    static let formatAssertion = Self(rawValue: 1 << 3)
    /// Core, annotations: what has no keywords that constrain.
    static let others = Self(rawValue: 1 << 4)
    static let all: Self = [.applicator, .validation, .unevaluated]

    /// The vocabulary that a URI names, or nil where there is none such here.
    init?(uri: String) {
        guard let slash = uri.lastIndex(of: "/") else { return nil }
        let known = ["https://json-schema.org/draft/2019-09/vocab", "https://json-schema.org/draft/2020-12/vocab"]
        guard known.contains(String(uri[..<slash])) else { return nil }
        switch uri[uri.index(after: slash)...] {
        // In 2019-09 the applicators have the unevaluated… keywords, too.
        case "applicator": self = uri.contains("2019-09") ? [.applicator, .unevaluated] : .applicator
        case "validation": self = .validation
        case "unevaluated": self = .unevaluated
        case "format-assertion": self = .formatAssertion
        case "core", "meta-data", "format-annotation", "format", "content": self = .others
        default: return nil
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The vocabulary that a keyword is of; nil for those that are always there, and for unknown ones.
    static func owner(of keyword: String) -> Self? {
        if self.validationKeywords.contains(keyword) { return .validation }
        if self.applicatorKeywords.contains(keyword) { return .applicator }
        return keyword.hasPrefix("unevaluated") ? .unevaluated : nil
    }

    private static let validationKeywords: Set = [
        "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
        "maxLength",
        "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties",
        "minProperties", "required", "dependentRequired",
    ]
    private static let applicatorKeywords: Set = [
        "prefixItems", "items", "additionalItems", "contains", "properties", "patternProperties",
        "additionalProperties",
        "propertyNames", "dependentSchemas", "dependencies", "if", "then", "else", "allOf", "anyOf", "oneOf", "not",
    ]
}
