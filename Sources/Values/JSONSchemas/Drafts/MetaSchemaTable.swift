// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Which value each keyword takes, by vocabulary and draft.
enum MetaSchemaTable {
    /// What a keyword's value is.
    enum Value {
        case schema, schemas, map, patternMap, items, schemaOrTruth, dependencies, names, nameMap
        case anything, list, choices, truth, text, number, positive, count, countOrZero, one
        case limit, reference, identifier, uri, pattern, anchor, types, vocabulary, recursiveAnchor
    }

    /// A keyword and the drafts that have it.
    struct Keyword {
        let name: String
        let value: Value
        let drafts: ClosedRange<SchemaDraft>
    }

    private static func keywords(
        _ value: Value, _ drafts: ClosedRange<SchemaDraft> = .draft4 ... .draft2020, _ names: String...
    ) -> [Keyword] { names.map { Keyword(name: $0, value: value, drafts: drafts) } }

    /// The keywords by the vocabulary that has them since 2019-09.
    static let vocabularies: [(name: String, keywords: [Keyword])] = [
        ("core", core), ("applicator", applicator), ("unevaluated", unevaluated), ("validation", validation),
        ("meta-data", metadata), ("format", keywords(.text, .draft4 ... .draft2020, "format")),
        ("content", content),
    ]

    /// What a draft calls a vocabulary; nil where it belongs to another one.
    static func name(_ vocabulary: String, in draft: SchemaDraft) -> String? {
        switch (vocabulary, draft) {
        case ("format", .draft2020): "format-annotation"
        case ("unevaluated", .draft2019): nil
        default: vocabulary
        }
    }

    private static let core =
        keywords(.text, .draft4 ... .draft4, "id", "$schema")
        + keywords(.identifier, .draft6 ... .draft2020, "$id")
        + keywords(.uri, .draft6 ... .draft2020, "$schema")
        + keywords(.reference, .draft6 ... .draft2020, "$ref")
        + keywords(.reference, .draft2020 ... .draft2020, "$dynamicRef")
        + keywords(.anchor, .draft2019 ... .draft2020, "$anchor")
        + keywords(.anchor, .draft2020 ... .draft2020, "$dynamicAnchor")
        + keywords(.reference, .draft2019 ... .draft2019, "$recursiveRef")
        + keywords(.recursiveAnchor, .draft2019 ... .draft2019, "$recursiveAnchor")
        + keywords(.vocabulary, .draft2019 ... .draft2020, "$vocabulary")
        + keywords(.text, .draft7 ... .draft2020, "$comment")
        + keywords(.map, .draft2019 ... .draft2020, "$defs")
        + keywords(.map, .draft4 ... .draft7, "definitions")

    private static let applicator =
        keywords(.schemas, .draft4 ... .draft2020, "allOf", "anyOf", "oneOf")
        + keywords(.schema, .draft4 ... .draft2020, "not")
        + keywords(.schema, .draft6 ... .draft2020, "contains", "propertyNames")
        + keywords(.schema, .draft7 ... .draft2020, "if", "then", "else")
        + keywords(.schemaOrTruth, .draft4 ... .draft2020, "additionalProperties")
        + keywords(.schemaOrTruth, .draft4 ... .draft2019, "additionalItems")
        + keywords(.items, .draft4 ... .draft2019, "items")
        + keywords(.schema, .draft2020 ... .draft2020, "items")
        + keywords(.schemas, .draft2020 ... .draft2020, "prefixItems")
        + keywords(.map, .draft4 ... .draft2020, "properties")
        + keywords(.patternMap, .draft4 ... .draft2020, "patternProperties")
        + keywords(.map, .draft2019 ... .draft2020, "dependentSchemas")
        + keywords(.dependencies, .draft4 ... .draft7, "dependencies")
        + keywords(.schema, .draft2019 ... .draft2019, "unevaluatedItems", "unevaluatedProperties")

    private static let unevaluated = keywords(
        .schema, .draft2020 ... .draft2020, "unevaluatedItems", "unevaluatedProperties")

    private static let validation =
        keywords(.types, .draft4 ... .draft2020, "type")
        + keywords(.anything, .draft6 ... .draft2020, "const")
        + keywords(.choices, .draft4 ... .draft4, "enum") + keywords(.list, .draft6 ... .draft2020, "enum")
        + keywords(.positive, .draft4 ... .draft2020, "multipleOf")
        + keywords(.number, .draft4 ... .draft2020, "maximum", "minimum")
        + keywords(.limit, .draft4 ... .draft2020, "exclusiveMaximum", "exclusiveMinimum")
        + keywords(.count, .draft4 ... .draft2020, "maxLength", "maxItems", "maxProperties")
        + keywords(.countOrZero, .draft4 ... .draft2020, "minLength", "minItems", "minProperties")
        + keywords(.pattern, .draft4 ... .draft2020, "pattern")
        + keywords(.truth, .draft4 ... .draft2020, "uniqueItems")
        + keywords(.count, .draft2019 ... .draft2020, "maxContains")
        + keywords(.one, .draft2019 ... .draft2020, "minContains")
        + keywords(.names, .draft4 ... .draft2020, "required")
        + keywords(.nameMap, .draft2019 ... .draft2020, "dependentRequired")

    private static let metadata =
        keywords(.text, .draft4 ... .draft2020, "title", "description")
        + keywords(.anything, .draft4 ... .draft2020, "default")
        + keywords(.truth, .draft7 ... .draft2020, "readOnly", "writeOnly")
        + keywords(.truth, .draft2019 ... .draft2020, "deprecated")
        + keywords(.list, .draft6 ... .draft2020, "examples")

    private static let content =
        keywords(.text, .draft7 ... .draft2020, "contentMediaType", "contentEncoding")
        + keywords(.schema, .draft2019 ... .draft2020, "contentSchema")
}
