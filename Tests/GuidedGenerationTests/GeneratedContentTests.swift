// SPDX-License-Identifier: Apache-2.0

import Foundation
import GuidedGeneration
import LLMCore
import Testing

@Suite("Generated content is read as Swift values")
struct GeneratedContentTests {
    private static let content = GeneratedContent(properties: [
        "name": "Ann", "age": 7, "tags": ["a", "b"], "score": 1.5, "member": true, "note": String?.none,
    ])

    @Test("Properties are read by name")
    func properties() throws {
        let content = Self.content
        #expect(try content.value(String.self, forProperty: "name") == "Ann")
        let tags: [String] = try content.value(forProperty: "tags")
        #expect(tags == ["a", "b"])
        let missing: Int? = try content.value(forProperty: "missing")
        #expect(missing == nil)
        #expect(try content.value(String?.self, forProperty: "note") == nil)
        #expect(try content.properties().count == 6)
        #expect(try content.value(GeneratedContent.self, forProperty: "tags").elements().count == 2)
        #expect(content.jsonString == #"{"name":"Ann","age":7,"tags":["a","b"],"score":1.5,"member":true,"note":null}"#)
    }

    @Test("A content and its kind are the same")
    func kinds() {
        #expect(GeneratedContent(kind: Self.content.kind) == Self.content)
        guard case .structure(_, let keys) = Self.content.kind else {
            Issue.record("no structure")
            return
        }
        #expect(keys == ["name", "age", "tags", "score", "member", "note"])
    }

    @Test("Of two properties with one name the caller makes one")
    func duplicates() throws {
        let pairs: [(String, any ConvertibleToGeneratedContent)] = [("a", 1), ("b", 2), ("a", 3)]
        let first = GeneratedContent(properties: pairs, uniquingKeysWith: { first, _ in first })
        #expect(first.jsonString == #"{"a":1,"b":2}"#)
        let last = GeneratedContent(properties: pairs, uniquingKeysWith: { _, last in last })
        #expect(last.jsonString == #"{"a":3,"b":2}"#)
    }

    @Test("Numbers keep what their type holds")
    func numbers() throws {
        #expect(try Int(GeneratedContent(json: "9223372036854775807")) == .max)
        #expect(try Int(GeneratedContent(json: "2.0")) == 2)
        #expect(try Double(GeneratedContent(json: "3")) == 3)
        #expect(try Float(Float(0.1).generatedContent) == 0.1)
        #expect(Float(0.1).generatedContent.jsonString == "0.1")
        let price = try #require(Decimal(string: "19.99"))
        #expect(try Decimal(price.generatedContent) == price)
        #expect(Double.infinity.generatedContent == GeneratedContent(kind: .null))
        #expect(throws: GeneratedContentError.self) { _ = try Int(GeneratedContent(1.5)) }
        #expect(throws: GeneratedContentError.self) { _ = try Float(GeneratedContent(1e300)) }
    }

    @Test(
        "An error names the way to the property",
        arguments: [
            (#"{"days":[{"n":1},{"n":"x"}]}"#, "days[1].n", "wrong-type"),
            (#"{"days":[{}]}"#, "days[0].n", "missing-property"),
            (#"{"days":3}"#, "days", "wrong-type"), ("[]", "", "wrong-type"),
            (#"{"days":[{"n":1.5}]}"#, "days[0].n", "out-of-range"),
        ])
    func paths(json: String, path: String, code: String) throws {
        let content = try GeneratedContent(json: json)
        let error = #expect(throws: GeneratedContentError.self) { _ = try Days(content) }
        #expect(error?.propertyPath == path)
        #expect(error?.codeName == "generated-content.\(code)")
        #expect(error?.message.hasSuffix(".") == true)
    }

    @Test("Content in a prompt is JSON, and a text is itself")
    func prompts() {
        #expect(Prompt(Self.content).description == Self.content.jsonString)
        #expect(Prompt("plain").description == "plain")
        #expect(
            Instructions {
                7; "seven"
            }.description == "7\nseven")
    }
}

/// A type whose conformance is written by hand.
private struct Days: ConvertibleFromGeneratedContent {
    struct Day: ConvertibleFromGeneratedContent {
        let number: Int

        init(_ content: GeneratedContent) throws { self.number = try content.value(forProperty: "n") }
    }

    let days: [Day]

    init(_ content: GeneratedContent) throws { self.days = try content.value(forProperty: "days") }
}
