// SPDX-License-Identifier: Apache-2.0

import Foundation
import GuidedGeneration
import JSONSchemas
import LLMCore
import OrderedCollections
import Testing

@Suite("Schemas become JSON Schema")
struct GenerationSchemaTests {
    @Test(
        "Types without a name are written where they stand",
        arguments: [
            (String.generationSchema, #"{"type":"string"}"#), (Int.generationSchema, #"{"type":"integer"}"#),
            (Float.generationSchema, #"{"type":"number"}"#), (Bool.generationSchema, #"{"type":"boolean"}"#),
            ([[Int]].generationSchema, #"{"type":"array","items":{"type":"array","items":{"type":"integer"}}}"#),
            (GeneratedContent.generationSchema, "{}"),
        ])
    func plain(schema: GenerationSchema, json: String) { #expect(schema.jsonSchema.serialized() == json) }

    @Test(
        "Each guide becomes its keyword",
        arguments: [
            (Self.string(.constant("a")), #"{"type":"string","enum":["a"]}"#),
            (Self.string(.anyOf(["a", "b"])), #"{"type":"string","enum":["a","b"]}"#),
            (Self.string(.pattern(/[a-z-]+-\d\.?/)), #"{"type":"string","pattern":"^(?:[a-z\\-]+-\\d\\.?)$"}"#),
            (Self.dynamic(Int.self, .range(1...3)), #"{"type":"integer","minimum":1,"maximum":3}"#),
            (Self.dynamic(Double.self, .minimum(0.5)), #"{"type":"number","minimum":0.5}"#),
            (Self.dynamic(Float.self, .maximum(0.1)), #"{"type":"number","maximum":0.1}"#),
            (Self.dynamic(Decimal.self, .range(0...2)), #"{"type":"number","minimum":0,"maximum":2}"#),
            (
                Self.dynamic([Int].self, .count(2)),
                #"{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2}"#
            ),
            (
                Self.dynamic([Int].self, .count(1...4)),
                #"{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":4}"#
            ),
            (Self.dynamic([Int].self, .minimumCount(1)), #"{"type":"array","items":{"type":"integer"},"minItems":1}"#),
            (
                Self.dynamic([[Int]].self, .element(.element(.minimum(4)))),
                #"{"type":"array","items":{"type":"array","items":{"type":"integer","minimum":4}}}"#
            ),
        ])
    func guides(schema: DynamicGenerationSchema, json: String) throws {
        let schema = try GenerationSchema(root: schema, dependencies: [])
        #expect(schema.jsonSchema.serialized() == json)
        _ = try JSONSchema(schema.jsonSchema)
        #expect(schema.unsupportedGuides.isEmpty)
    }

    @Test(
        "Guides of one property hold together, in any order",
        arguments: [
            (Self.dynamic(Int.self, .range(1...9), .minimum(3)), #"{"type":"integer","minimum":3,"maximum":9}"#),
            (Self.dynamic(Int.self, .minimum(3), .range(1...9)), #"{"type":"integer","minimum":3,"maximum":9}"#),
            (
                Self.dynamic(Double.self, .maximum(0.5), .range(0...2)),
                #"{"type":"number","maximum":0.5,"minimum":0.0}"#
            ),
            (
                Self.dynamic(Int.self, .maximum(.max), .maximum(.max - 1)),
                #"{"type":"integer","maximum":\#(Int.max - 1)}"#
            ),
            (
                Self.dynamic([Int].self, .count(2...5), .maximumCount(3), .element(.minimum(1)), .element(.minimum(0))),
                #"{"type":"array","items":{"type":"integer","minimum":1},"minItems":2,"maxItems":3}"#
            ),
            (Self.dynamic(String.self, .anyOf(["a", "b"]), .anyOf(["b", "c"])), #"{"type":"string","enum":["b"]}"#),
            (
                Self.dynamic(String.self, .pattern(/a+/), .pattern(/aa?/)),
                #"{"type":"string","pattern":"^(?:a+)$","allOf":[{"pattern":"^(?:aa?)$"}]}"#
            ),
        ])
    func guidesTogether(schema: DynamicGenerationSchema, json: String) throws {
        let schema = try GenerationSchema(root: schema, dependencies: [])
        #expect(schema.jsonSchema.serialized() == json)
        #expect(schema.unsupportedGuides.isEmpty)
    }

    @Test(
        "Guides that leave nothing are unsupported",
        arguments: [
            (Self.dynamic(Int.self, .range(1...3), .minimum(4)), "at least 4 and at most 3"),
            (Self.dynamic([Int].self, .count(2), .minimumCount(3)), "at least 3 and at most 2"),
            (Self.dynamic([Int].self, .element(.range(1...2)), .element(.maximum(0))), "at least 1 and at most 0"),
            (Self.dynamic(String.self, .constant("a"), .anyOf(["b"])), "no text"),
        ])
    func contradictions(schema: DynamicGenerationSchema, says: String) throws {
        let guides = try GenerationSchema(root: schema, dependencies: []).unsupportedGuides
        #expect(guides.count == 1 && guides[0].contains(says), "\(guides)")
    }

    @Test("Types of one name are told apart, and a type may contain itself")
    func names() throws {
        let schema = Outer.generationSchema
        let definitions = try #require(schema.jsonSchema["$defs"]?.objectValue)
        #expect(Array(definitions.keys) == ["Item", "Item2"])
        let compiled = try JSONSchema(schema.jsonSchema)
        let valid =
            #"{"first":{"text":"a"},"second":{"number":1},"inner":[{"first":{"text":""},"second":{"number":2},"inner":[]}]}"#
        #expect(compiled.isValid(try JSONValue(parsing: valid)))
        #expect(!compiled.isValid(try JSONValue(parsing: #"{"first":{"text":"a"},"second":{"text":"b"},"inner":[]}"#)))
        #expect(
            !compiled.isValid(try JSONValue(parsing: #"{"first":{"text":"a"},"second":{"number":1},"inner":[{}]}"#)))
    }

    @Test("Schemas survive encoding and decoding, with the order of their properties")
    func coding() throws {
        let data = try JSONEncoder().encode(Outer.generationSchema)
        let decoded = try JSONDecoder().decode(GenerationSchema.self, from: data)
        #expect(decoded.name == "Outer")
        #expect(decoded.jsonSchema["properties"]?.objectValue.map { Array($0.keys) } == ["first", "second", "inner"])
        let again = try JSONDecoder().decode(GenerationSchema.self, from: JSONEncoder().encode(decoded))
        #expect(again.jsonSchema["$defs"]?["Item2"]?["properties"] == ["number": ["type": "integer"]])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(GenerationSchema.self, from: Data("3".utf8)) }
    }

    private static func string(_ guide: GenerationGuide<String>) -> DynamicGenerationSchema {
        Self.dynamic(String.self, guide)
    }

    private static func dynamic<Value: Generable>(
        _ type: Value.Type, _ guides: GenerationGuide<Value>...
    ) -> DynamicGenerationSchema { DynamicGenerationSchema(type: type, guides: guides) }
}

@Suite("Schemas are described at run time")
struct DynamicGenerationSchemaTests {
    @Test("Schemas refer to each other by name, and to themselves")
    func references() throws {
        let person = DynamicGenerationSchema(
            name: "A/b ~c",
            properties: [
                .init(name: "name", description: "In full", schema: .init(type: String.self)),
                .init(name: "friends", schema: .init(arrayOf: .init(referenceTo: "A/b ~c"), maximumElements: 2)),
            ])
        let root = DynamicGenerationSchema(
            name: "Root",
            properties: [
                .init(name: "who", schema: .init(referenceTo: "A/b ~c")),
                .init(name: "mood", schema: .init(name: "Mood", anyOf: ["good", "bad"]), isOptional: true),
                .init(
                    name: "what", schema: .init(name: "What", anyOf: [.init(type: Int.self), .init(type: Bool.self)])),
            ])
        let json = try GenerationSchema(root: root, dependencies: [person]).jsonSchema
        #expect(json["properties"]?["who"]?["$ref"] == "#/$defs/A~1b%20~0c")
        let schema = try JSONSchema(json)
        let valid = #"{"who":{"name":"a","friends":[{"name":"b","friends":[]}]},"what":3}"#
        #expect(schema.validate(try JSONValue(parsing: valid)).isEmpty)
        #expect(!schema.isValid(try JSONValue(parsing: #"{"who":{"name":"a","friends":[{}]},"what":3}"#)))
        #expect(!schema.isValid(try JSONValue(parsing: #"{"who":{"name":"a","friends":[]},"what":"x"}"#)))
    }

    @Test("A missing value is left out, or written as null where that is asked for")
    func explicitNil() throws {
        let property = DynamicGenerationSchema.Property(name: "a", schema: .init(type: Int.self), isOptional: true)
        let left = DynamicGenerationSchema(name: "X", properties: [property])
        let written = DynamicGenerationSchema(
            name: "X", representNilExplicitlyInGeneratedContent: true, properties: [property])
        let accepts = { (root: DynamicGenerationSchema, text: String) in
            try JSONSchema(GenerationSchema(root: root, dependencies: []).jsonSchema).isValid(JSONValue(parsing: text))
        }
        #expect(try accepts(left, "{}") && !accepts(left, #"{"a":null}"#))
        #expect(try !accepts(written, "{}") && accepts(written, #"{"a":null}"#) && accepts(written, #"{"a":1}"#))
    }

    @Test("Schemas that contradict themselves are refused")
    func errors() {
        let text = DynamicGenerationSchema(type: String.self)
        let twice = DynamicGenerationSchema(
            name: "T", properties: [.init(name: "a", schema: text), .init(name: "a", schema: text)])
        #expect { _ = try GenerationSchema(root: twice, dependencies: []) } throws: {
            guard case .duplicateProperty(schema: "T", property: "a", _)? = $0 as? GenerationSchema.SchemaError else {
                return false
            }
            return true
        }
        let choices = DynamicGenerationSchema(name: "C", anyOf: [String]())
        #expect { _ = try GenerationSchema(root: choices, dependencies: []) } throws: {
            guard case .emptyTypeChoices(schema: "C", _)? = $0 as? GenerationSchema.SchemaError else { return false }
            return true
        }
        let lost = DynamicGenerationSchema(
            name: "L", properties: [.init(name: "a", schema: .init(referenceTo: "Nowhere"))])
        #expect { _ = try GenerationSchema(root: lost, dependencies: []) } throws: {
            guard case .undefinedReferences(_, references: ["Nowhere"], _)? = $0 as? GenerationSchema.SchemaError
            else { return false }
            return true
        }
        #expect { _ = try GenerationSchema(root: lost, dependencies: [lost]) } throws: {
            guard let error = $0 as? GenerationSchema.SchemaError, case .duplicateType(_, type: "L", _) = error
            else { return false }
            return error.errorDescription?.contains("'L'") == true && error.recoverySuggestion != nil
        }
    }
}

/// A type whose conformance is written by hand, and which contains itself.
private struct Outer: Generable {
    struct A {
        struct Item: Generable {
            static var generationSchema: GenerationSchema {
                GenerationSchema(type: Self.self, properties: [.init(name: "text", type: String.self)])
            }
            var generatedContent: GeneratedContent { GeneratedContent(kind: .null) }
            init(_ content: GeneratedContent) throws {}
        }
    }
    struct B {
        struct Item: Generable {
            static var generationSchema: GenerationSchema {
                GenerationSchema(type: Self.self, properties: [.init(name: "number", type: Int.self)])
            }
            var generatedContent: GeneratedContent { GeneratedContent(kind: .null) }
            init(_ content: GeneratedContent) throws {}
        }
    }

    static var generationSchema: GenerationSchema {
        GenerationSchema(
            type: Self.self,
            properties: [
                .init(name: "first", type: A.Item.self), .init(name: "second", type: B.Item.self),
                .init(name: "inner", type: [Outer].self),
            ])
    }
    var generatedContent: GeneratedContent { GeneratedContent(kind: .null) }
    init(_ content: GeneratedContent) throws {}
}
