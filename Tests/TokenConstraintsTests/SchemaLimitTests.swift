// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Testing
import TokenConstraints

@Suite("Schemas as automata: what is refused, and limits")
struct SchemaLimitTests {
    @Test(
        "What cannot be enforced is refused with its keyword and place",
        arguments: [
            (#"{"properties":{"a":{"type":"array","uniqueItems":true}}}"#, "`uniqueItems`", "`/properties/a`"),
            (#"{"items":{"format":"regex"}}"#, "`format`", "`/items`"),
            (#"{"properties":{"a":{"pattern":"(a)\\1"}}}"#, "back-reference", "`/properties/a`"),
            (##"{"anyOf":[{"$ref":"#/nowhere"}]}"##, "`$ref`", "`/anyOf/0`"),
            (#"{"$ref":"http://example.com/other.json"}"#, "`$ref`", "the top"),
            (#"{"allOf":[{"properties":{}}],"unevaluatedProperties":false}"#, "`unevaluatedProperties`", "the top"),
            (#"{"not":{"multipleOf":3}}"#, "`multipleOf`", "`/not`"),
            (
                #"{"type":"object","oneOf":[{"properties":{"a":{},"c":{}},"additionalProperties":false},{"properties":{"a":{}},"additionalProperties":false},{"properties":{"c":{}},"additionalProperties":false}]}"#,
                "`additionalProperties`", "`/oneOf"
            ),
            (#"{"type":"object","minProperties":4}"#, "`minProperties`", "the top"),
            (#"{"properties":{"a":{"type":"text"}}}"#, "`type`", "`/properties/a`"),
            (#"{"properties":{"a":{"minLength":-1}}}"#, "`minLength`", "`/properties/a`"),
            (#"{"properties":{"a":3}}"#, "`properties`", "the top"),
        ])
    func refusals(_ schema: String, _ keyword: String, _ place: String) throws {
        let error = #expect(throws: ConstraintError.self) { try SchemaAutomaton(schema: JSONValue(parsing: schema)) }
        let message = try #require(error).description
        #expect(message.contains(keyword) && message.contains(place), "\(message)")
    }

    @Test(
        "A schema that nothing fits is refused",
        arguments: [
            "false", #"{"type":"string","enum":[1]}"#, #"{"type":"object","required":["a"],"properties":{"a":false}}"#,
            ##"{"type":"object","required":["a"],"properties":{"a":{"$ref":"#"}}}"##,
            #"{"type":"integer","minimum":3,"maximum":2}"#,
            #"{"type":"string","pattern":"^a$","minLength":2}"#, #"{"type":"array","minItems":1,"items":false}"#,
            #"{"type":"integer","multipleOf":10,"minimum":11,"maximum":19}"#,
        ])
    func unsatisfiable(_ schema: String) throws {
        let error = #expect(throws: ConstraintError.self) { try SchemaAutomaton(schema: JSONValue(parsing: schema)) }
        #expect(error?.code == .unsatisfiable)
    }

    @Test("Optional parts that nothing fits are never begun")
    func deadOptions() throws {
        let schema =
            #"{"type":"object","properties":{"a":{"type":"string","enum":[1]},"b":{"items":false,"type":"array"}},"additionalProperties":false}"#
        let automaton = try SchemaAutomaton(schema: JSONValue(parsing: schema))
        #expect(automaton.admits("{}") && automaton.admits(#"{"b":[]}"#))
        #expect(automaton.next(automaton.start, #"{"a"#.utf8).isDead)
        #expect(automaton.next(automaton.start, #"{"b":[1"#.utf8).isDead)
    }

    /// Schemas that are small to write and large to compile.
    static var hostile: [String] {
        let wide = (0..<30).map { #"{"anyOf":[{"required":["a\#($0)"]},{"required":["b\#($0)"]}]}"# }.joined(
            separator: ",")
        let nested =
            String(repeating: #"{"anyOf":[{"minLength":1},"#, count: 60) + "true" + String(repeating: "]}", count: 60)
        let references = (0..<40).map {
            ##""d\##($0)":{"allOf":[{"$ref":"#/$defs/d\##($0 + 1)"},{"$ref":"#/$defs/d\##($0 + 1)"}]}"##
        }.joined(separator: ",")
        return [
            #"{"allOf":[\#(wide)]}"#, nested,
            ##"{"$defs":{\##(references),"d40":{"type":"integer"}},"$ref":"#/$defs/d0"}"##,
            #"{"pattern":"^((a{1,50}){1,50}){1,50}$"}"#, #"{"pattern":"(a|b)*a(a|b){20}$"}"#,
            #"{"pattern":"^[a-z]{2000}$","minLength":7,"maxLength":1000000}"#,
            #"{"type":"array","minItems":1000000000}"#, #"{"maxLength":1000000000}"#, ##"{"$ref":"#"}"##,
            ##"{"allOf":[{"$ref":"#"}]}"##,
            ##"{"not":{"$ref":"#"}}"##, ##"{"oneOf":[{"$ref":"#"},{"$ref":"#"}]}"##, #"{"multipleOf":1e-300}"#,
            #"{"minimum":1e300}"#,
            #"{"enum":[\#((0..<5_000).map { "\"value number \($0)\"" }.joined(separator: ","))]}"#,
        ]
    }

    @Test("Hostile schemas compile or are refused, soon", arguments: hostile)
    func hostility(_ schema: String) throws {
        let clock = ContinuousClock()
        let time = clock.measure {
            do {
                let automaton = try SchemaAutomaton(schema: JSONValue(parsing: schema))
                #expect(!automaton.start.isDead)
            } catch {
                #expect(error is ConstraintError, "\(error)")
            }
        }
        #expect(time < .seconds(20))
    }

    @Test("Depth is bounded, and the deepest value can still be closed")
    func depth() throws {
        let automaton = try SchemaAutomaton(schema: true)
        var state = automaton.start
        var count = 0
        while case let next = automaton.next(state, UInt8(ascii: "[")), !next.isDead {
            state = next
            count += 1
        }
        #expect(count == 64)
        #expect(automaton.accepts(automaton.next(state, [UInt8](repeating: UInt8(ascii: "]"), count: count))))
    }

    @Test("White space is bounded, and indentation grows with depth")
    func whiteSpace() throws {
        let automaton = try SchemaAutomaton(schema: true)
        for text in [
            "{\"a\": [1,\n        2]}", "[\n1,\n2\n]", "[\r\n\t1\r\n]\n", "  1",
            "{\n                \"a\": {\n        \"b\": 1}}",
        ] {
            #expect(automaton.admits(text) == !text.hasPrefix("{\n   "), "\(text)")
        }
        for text in ["[\n\n1]", "   1", "[1 \n \n]", "[\r1]"] { #expect(!automaton.admits(text), "\(text)") }
        let compact = try SchemaAutomaton(schema: true, layout: .compact)
        #expect(
            compact.admits(#"{"a": [1, 2],"b":3}"#) && !compact.admits(#"{ "a":1}"#) && !compact.admits("[1 ,2]")
                && !compact.admits("1\n"))
    }
}
