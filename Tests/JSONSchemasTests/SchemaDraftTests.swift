// SPDX-License-Identifier: Apache-2.0

import JSONSchemas
import LLMCore
import OrderedCollections
import Testing

@Suite("Drafts of JSON Schema")
struct SchemaDraftTests {
    /// A schema without its draft, an instance, and the drafts that find it valid.
    struct Case: Sendable, CustomTestStringConvertible {
        let schema: String
        let instance: String
        let valid: Set<String>
        var testDescription: String { "\(self.schema) ← \(self.instance)" }
    }

    static let uris = [
        "04": "http://json-schema.org/draft-04/schema#", "06": "http://json-schema.org/draft-06/schema#",
        "07": "http://json-schema.org/draft-07/schema#", "2019-09": "https://json-schema.org/draft/2019-09/schema",
        "2020-12": "https://json-schema.org/draft/2020-12/schema",
    ]

    @Test(
        "Each draft gives its own keywords a meaning",
        arguments: [
            Case(schema: #"{"const": 1}"#, instance: "2", valid: ["04"]),
            Case(schema: #"{"type": "integer"}"#, instance: "1.0", valid: ["06", "07", "2019-09", "2020-12"]),
            Case(schema: #"{"if": {"minimum": 5}, "then": {"maximum": 7}}"#, instance: "8", valid: ["04", "06"]),
            Case(
                schema: #"{"dependentRequired": {"a": ["b"]}}"#, instance: #"{"a": 1}"#, valid: ["04", "06", "07"]),
            Case(
                schema: #"{"prefixItems": [{"type": "string"}]}"#, instance: "[1]",
                valid: ["04", "06", "07", "2019-09"]),
            Case(
                schema: ##"{"definitions": {"a": {"type": "string"}}, "$ref": "#/definitions/a", "maxLength": 1}"##,
                instance: #""ab""#, valid: ["04", "06", "07"]),
            Case(
                schema: #"{"contains": {"type": "string"}, "unevaluatedItems": false}"#, instance: #"["a"]"#,
                valid: ["04", "06", "07", "2020-12"]),
            Case(
                schema: #"{"items": [{"type": "string"}], "additionalItems": false}"#, instance: #"["a", 1]"#, valid: []
            ),
        ])
    func keywords(_ example: Case) throws {
        let instance = try JSONValue(parsing: example.instance)
        for (draft, uri) in Self.uris {
            var schema = try #require(JSONValue(parsing: example.schema).objectValue)
            schema["$schema"] = .string(uri)
            #expect(
                try JSONSchema(.object(schema)).isValid(instance) == example.valid.contains(draft), "draft \(draft)")
        }
    }

    @Test("Draft 04 has exclusive limits as truth values and 'id'")
    func draft4() throws {
        let schema = try JSONSchema(
            [
                "$schema": "http://json-schema.org/draft-04/schema#", "id": "http://example.com/root",
                "properties": ["a": ["minimum": 1, "exclusiveMinimum": true], "b": ["$ref": "other"]],
                "definitions": ["x": ["id": "other", "type": "string"]],
            ])
        #expect(schema.isValid(["a": 2, "b": "text"]))
        #expect(!schema.isValid(["a": 1]))
        #expect(!schema.isValid(["b": 1]))
    }

    @Test("$recursiveRef of 2019-09 leads to the outermost schema that allows it")
    func recursiveReference() throws {
        let tree: JSONValue = [
            "$schema": "https://json-schema.org/draft/2019-09/schema", "$id": "http://example.com/tree",
            "$recursiveAnchor": true, "type": "object",
            "properties": ["children": ["type": "array", "items": ["$recursiveRef": "#"]]],
        ]
        let strict = try JSONSchema(
            [
                "$schema": "https://json-schema.org/draft/2019-09/schema", "$id": "http://example.com/strict",
                "$recursiveAnchor": true, "$ref": "tree", "unevaluatedProperties": false,
            ], resources: ["http://example.com/tree": tree])
        #expect(strict.isValid(["children": [["children": []]]]))
        #expect(!strict.isValid(["children": [["childen": []]]]))
        #expect(try JSONSchema(tree).isValid(["children": [["childen": []]]]))
    }

    @Test("Every draft's meta-schema accepts itself and its own spellings", arguments: uris.values.sorted())
    func metaSchemas(uri: String) throws {
        let meta = try JSONSchema(["$schema": .string(uri), "$ref": .string(uri)])
        let ofDraft4 = uri.contains("draft-04")
        #expect(meta.isValid(["type": "object", "properties": ["a": ["minLength": 1]], "required": ["a"]]))
        #expect(meta.isValid(["minimum": 1, "exclusiveMinimum": ofDraft4 ? true : 1]))
        for wrong: JSONValue in [
            ["type": "text"], ["minLength": -1], ["properties": ["a": ["type": 3]]], ["allOf": []], ["required": "a"],
            ["exclusiveMinimum": ofDraft4 ? 1 : true],
        ] {
            #expect(!meta.isValid(wrong), "\(wrong)")
        }
    }

    @Test("A meta-schema without the vocabulary of validation leaves its keywords without meaning")
    func vocabularies() throws {
        func schema(_ vocabulary: JSONValue) throws -> JSONSchema {
            try JSONSchema(
                ["$schema": "http://example.com/meta", "properties": ["a": false], "maxProperties": 0],
                resources: [
                    "http://example.com/meta": [
                        "$schema": "https://json-schema.org/draft/2020-12/schema", "$vocabulary": vocabulary,
                    ]
                ])
        }
        let applicator = "https://json-schema.org/draft/2020-12/vocab/applicator"
        #expect(try schema([applicator: true]).isValid(["b": 1]))
        #expect(try !schema([applicator: true]).isValid(["a": 1]))
        #expect(throws: JSONSchemaError.self) { try schema(["http://example.com/own": true]) }
        #expect(throws: Never.self) { try schema(["http://example.com/own": false]) }
    }
}
