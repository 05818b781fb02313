// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// The schemas of schemas, made from tables of which value each keyword takes.
///
/// They stand at the URIs of the specifications, so that schemas may refer to them; nothing is fetched.
enum MetaSchemas {
    /// The meta-schema, or the part of one, at a URI without fragment.
    static func document(_ uri: String) -> JSONValue? { self.documents[uri] }

    private static let documents: [String: JSONValue] = {
        var documents = [String: JSONValue]()
        for draft in SchemaDraft.allCases {
            guard draft >= .draft2019 else {
                documents[draft.uri] = single(draft)
                continue
            }
            for (uri, document) in parts(draft) { documents[uri] = document }
        }
        return documents
    }()

    /// Draft 04 to 07: one document.
    private static func single(_ draft: SchemaDraft) -> JSONValue {
        var properties: OrderedDictionary<String, JSONValue> = [:]
        for (_, keywords) in MetaSchemaTable.vocabularies {
            for keyword in keywords where keyword.drafts.contains(draft) {
                properties[keyword.name] = keyword.value.schema(draft)
            }
        }
        var document: OrderedDictionary<String, JSONValue> = [
            "$schema": .string(draft.uri + "#"), draft.identifier: .string(draft.uri + "#"),
            "definitions": MetaSchemaTable.definitions(draft),
            "type": draft == .draft4 ? "object" : ["object", "boolean"], "properties": .object(properties),
        ]
        if draft == .draft4 {
            document["dependencies"] = ["exclusiveMaximum": ["maximum"], "exclusiveMinimum": ["minimum"]]
        }
        return .object(document)
    }

    /// Draft 2019-09 and later: a document for each vocabulary, and one that joins them.
    private static func parts(_ draft: SchemaDraft) -> [(uri: String, document: JSONValue)] {
        let folder = String(draft.uri.dropLast("schema".count))
        let anchor: (key: String, value: JSONValue) =
            draft == .draft2019 ? ("$recursiveAnchor", true) : ("$dynamicAnchor", "meta")
        var parts = [(uri: String, document: JSONValue)]()
        var all = [JSONValue]()
        var vocabularies: OrderedDictionary<String, JSONValue> = [:]
        for (vocabulary, keywords) in MetaSchemaTable.vocabularies {
            let members = keywords.filter { $0.drafts.contains(draft) }
            let name = MetaSchemaTable.name(vocabulary, in: draft)
            guard !members.isEmpty, let name else { continue }
            var properties: OrderedDictionary<String, JSONValue> = [:]
            for keyword in members { properties[keyword.name] = keyword.value.schema(draft) }
            let uri = folder + "meta/" + name
            parts.append(
                (
                    uri,
                    [
                        "$schema": .string(draft.uri), "$id": .string(uri), anchor.key: anchor.value,
                        "type": ["object", "boolean"], "properties": .object(properties),
                        "$defs": MetaSchemaTable.definitions(draft),
                    ]
                ))
            all.append(["$ref": .string("meta/" + name)])
            vocabularies[folder + "vocab/" + name] = .bool(!name.hasPrefix("format"))
        }
        let legacy: JSONValue = [
            "definitions": MetaSchemaTable.Value.map.schema(draft),
            "dependencies": MetaSchemaTable.Value.dependencies.schema(draft),
        ]
        parts.append(
            (
                draft.uri,
                [
                    "$schema": .string(draft.uri), "$id": .string(draft.uri), "$vocabulary": .object(vocabularies),
                    anchor.key: anchor.value, "allOf": .array(all), "type": ["object", "boolean"], "properties": legacy,
                    "$defs": MetaSchemaTable.definitions(draft),
                ]
            ))
        return parts
    }
}
