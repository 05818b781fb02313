// SPDX-License-Identifier: Apache-2.0

import JSONSchemas
import LLMCore
import Testing

@Suite("JSON Schema")
struct JSONSchemaTests {
    /// A schema, an instance and the violation expected, nil for none.
    struct Case: Sendable, CustomTestStringConvertible {
        let schema: String
        let instance: String
        var violation: String?
        var testDescription: String { "\(self.schema) ← \(self.instance)" }
    }

    @Test(
        "A violation says where it is and what to do",
        arguments: [
            Case(
                schema: #"{"properties": {"age": {"maximum": 150}}}"#, instance: #"{"age": 200}"#,
                violation: "/age must be at most 150, but is 200"),
            Case(
                schema: #"{"required": ["name"]}"#, instance: "{}",
                violation: "the value must have the member 'name', which is missing"),
            Case(
                schema: #"{"properties": {"name": true}, "additionalProperties": false}"#, instance: #"{"nmae": 1}"#,
                violation: "the value must not have the member 'nmae'. Did you mean 'name'?"),
            Case(
                schema: #"{"items": {"type": ["string", "null"]}}"#, instance: #"["a", 3]"#,
                violation: "/1 must be of one of the types string, null, but is integer 3"),
            Case(
                schema: #"{"enum": ["a", 1]}"#, instance: "2",
                violation: #"the value must be one of "a", 1, but is 2"#),
            Case(schema: #"{"enum": [1.0, {"b": 1, "a": [1]}]}"#, instance: #"{"a": [1.0], "b": 1}"#),
            Case(
                schema: #"{"const": "e\u0301"}"#, instance: "\"\u{e9}\"",
                violation: "the value must be \"e\u{301}\", but is \"\u{e9}\""),
            Case(schema: #"{"minLength": 2}"#, instance: #""👍🏽""#),
            Case(
                schema: #"{"anyOf": [{"type": "string"}, {"minimum": 3}]}"#, instance: "1",
                violation:
                    "the value fits none of the alternatives: (1) the value must be of type string, but is integer 1; "
                    + "(2) the value must be at least 3, but is 1"),
            Case(
                schema: #"{"maximum": 9007199254740992}"#, instance: "9007199254740993",
                violation: "the value must be at most 9007199254740992, but is 9007199254740993"),
            Case(schema: #"{"multipleOf": 0.01}"#, instance: "4.35"),
            Case(
                schema: #"{"multipleOf": 0.01}"#, instance: "4.355",
                violation: "the value must be a multiple of 0.01, but is 4.355"),
            Case(
                schema: #"{"properties": {"a/b~c": false}}"#, instance: #"{"a/b~c": 1}"#,
                violation: "/a~1b~0c is not allowed here"),
            Case(
                schema: #"{"items": [{"type": "string"}], "additionalItems": false}"#, instance: #"["a", 1]"#,
                violation: "/1 is not allowed here"),
            Case(
                schema:
                    ##"{"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/definitions/a", "maximum": 0, "##
                    + ##""definitions": {"a": true}}"##,
                instance: "5"),
        ])
    func violation(testCase: Case) throws {
        let schema = try JSONSchema(JSONValue(parsing: testCase.schema))
        let violations = schema.validate(try JSONValue(parsing: testCase.instance))
        #expect(violations.map(\.description) == [testCase.violation].compactMap(\.self))
    }

    /// A schema, the code of its error and a part of the message.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let schema: String
        let code: String
        let part: String
        var testDescription: String { self.schema }
        init(_ schema: String, _ code: String, _ part: String) {
            self.schema = schema
            self.code = code
            self.part = part
        }
    }

    @Test(
        "A schema that cannot be used is refused with keyword and place",
        arguments: [
            Refusal(
                #"{"properties": {"a": {"type": "strng"}}}"#, "malformed-keyword",
                "'#/properties/a/type' has the unknown type 'strng'. Did you mean 'string'?"),
            Refusal(
                #"{"items": {"minLength": -1}}"#, "malformed-keyword", "'#/items/minLength' must be a whole number"),
            Refusal(#"{"required": "a"}"#, "malformed-keyword", "'#/required' must be an array"),
            Refusal(#"{"allOf": []}"#, "malformed-keyword", "'#/allOf' must have at least one"),
            Refusal(#"[]"#, "malformed-keyword", "must be an object or a boolean"),
            Refusal(#"{"pattern": "(a)\\1"}"#, "unsupported", "back-reference"),
            Refusal(#"{"pattern": "(?<=a)b"}"#, "unsupported", "looks behind"),
            Refusal(#"{"pattern": "a)"}"#, "malformed-keyword", "without a '('"),
            Refusal(#"{"pattern": "((a{1000}){1000}){1000}"}"#, "unsupported", "too large"),
            Refusal(#"{"pattern": "(((){2000}){2000}){2000}"}"#, "unsupported", "too large"),
            Refusal(##"{"$ref": "#/$defs/b", "$defs": {"a": true}}"##, "unresolved-reference", "'#/$defs/b'"),
            Refusal(##"{"$ref": "#"}"##, "endless-reference", "refers to itself"),
            Refusal(
                ##"{"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}}"##,
                "endless-reference", "refers to itself"),
        ])
    func refusal(refusal: Refusal) throws {
        let value = try JSONValue(parsing: refusal.schema)
        let error = try #require(throws: JSONSchemaError.self) { try JSONSchema(value) }
        #expect(error.code.rawValue == refusal.code)
        #expect(error.message.contains(refusal.part))
    }

    @Test("A pattern that defeats backtracking takes no time")
    func patternExplosion() throws {
        let schema = try JSONSchema(["pattern": "^(a+)+$"])
        #expect(!schema.isValid(.string(String(repeating: "a", count: 5_000) + "!")))
        #expect(schema.isValid(.string(String(repeating: "a", count: 5_000))))
    }

    @Test("A schema whose combinations multiply is given up with a message")
    func combinationExplosion() throws {
        var definitions = "\"d40\": true"
        for level in 0..<40 {
            let reference = "{\"$ref\": \"#/$defs/d\(level + 1)\"}"
            definitions +=
                ", \"d\(level)\": {\"allOf\": [\(reference), \(reference)]}"
        }
        let schema = try JSONSchema(JSONValue(parsing: "{\"$ref\": \"#/$defs/d0\", \"$defs\": {\(definitions)}}"))
        #expect(schema.validate(1).first?.message.contains("too many steps") == true)
    }

    @Test("A recursive schema follows a deep instance to its fault")
    func recursion() throws {
        let schema = try JSONSchema(
            JSONValue(parsing: ##"{"type": ["object", "string"], "properties": {"next": {"$ref": "#"}}}"##))
        var instance: JSONValue = 1
        for _ in 0..<200 { instance = ["next": instance] }
        #expect(schema.validate(instance).map(\.instancePointer) == [String(repeating: "/next", count: 200)])
    }

    @Test("A schema nested too deeply is refused")
    func nesting() throws {
        var schema: JSONValue = true
        for _ in 0..<300 { schema = ["not": schema] }
        let error = try #require(throws: JSONSchemaError.self) { try JSONSchema(schema) }
        #expect(error.code == .tooLarge)
    }

    @Test(
        "Look-ahead, word boundaries and properties match",
        arguments: [
            ("^(?=.*[0-9])(?=.*[a-z]).{4,}$", "abc1", true), ("^(?!.*foo).*$", "a foo", false),
            ("\\bcat\\b", "a cat!", true),
            ("\\bcat\\b", "concat", false), ("^\\p{Lu}\\p{Ll}+$", "Ärger", true), ("^[^\\d\\s]+$", "a1", false),
            ("^\\u{1F600}$", "😀", true),
            ("^a{2,3}$", "aaaa", false), ("^(a|bc)*$", "abcbca", true), ("^[\\w.-]+@[\\w-]+$", "x.y@z-1", true),
            ("", "", true),
        ])
    func pattern(pattern: String, text: String, matches: Bool) throws {
        #expect(try JSONSchema(["pattern": .string(pattern)]).isValid(.string(text)) == matches)
    }
}
