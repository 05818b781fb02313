// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Testing

@Suite("JSON values")
struct JSONValueTests {
    @Test(
        "Text is read strictly by RFC 8259",
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("-0", .integer(0)), ("12", .integer(12)),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("1.5e3", .number(1500)), ("1E-2", .number(0.01)), ("\"a\\n\\u00e9\\ud83d\\ude00\"", "a\né😀"),
            ("\"\\ud800\"", "\u{FFFD}"), ("\"\\ud800\\u0041\"", "\u{FFFD}A"), ("\"\\/\\b\\f\"", "/\u{8}\u{c}"),
            ("[]", []), ("[1, [2]]", [1, [2]]), ("{}", [:]), (#"{"a":{"b":null}}"#, ["a": ["b": nil]]),
            (#"{"a":1,"a":2}"#, ["a": 2]),
        ] as [(String, JSONValue)])
    func reads(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(
        "Hostile and malformed text is refused with its place",
        arguments: [
            ("", "truncated"), ("{", "truncated"), ("[1,", "truncated"), ("\"abc", "truncated"),
            ("\"\\u12", "truncated"),
            ("tru", "malformed"), ("nulll", "malformed"), ("01", "malformed"), ("-", "malformed"), ("1.", "malformed"),
            ("1e", "malformed"), ("+1", "malformed"), ("[1 2]", "malformed"), ("[1,]", "malformed"),
            ("{\"a\" 1}", "malformed"), ("{a:1}", "malformed"), ("{\"a\":1,}", "malformed"), ("\"\\x\"", "malformed"),
            ("\"\\u00zz\"", "malformed"), ("\"\u{1}\"", "malformed"), ("1 2", "malformed"), ("NaN", "malformed"),
            ("'a'", "malformed"), ("\(String(repeating: "[", count: 100_000))", "too-deep"),
            ("\(String(repeating: "{\"a\":", count: 100_000))", "too-deep"),
        ] as [(LongText, String)])
    func refuses(text: LongText, code: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text.text) }
        #expect(error?.code.rawValue == code)
        #expect(error?.message.contains("line 1, column") == true)
    }

    @Test("Bytes that are no UTF-8 are refused; a byte order mark is skipped")
    func bytes() throws {
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22] as [UInt8]) }
        #expect(try JSONValue(parsing: [0xEF, 0xBB, 0xBF, 0x31] as [UInt8]) == 1)
    }

    @Test("The place of an error counts lines and bytes from 1")
    func place() {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "{\n  \"a\": ?\n}") }
        #expect(error?.message.contains("line 2, column 8") == true)
    }

    @Test(
        "Values are written compactly, and read back the same",
        arguments: [
            (.null, "null"), (.number(1), "1.0"), (.number(.nan), "null"), (.number(.infinity), "null"),
            ("a\"\\\n\t\u{1}é", "\"a\\\"\\\\\\n\\t\\u0001é\""),
            ("\u{1f}\u{7f}", "\"\\u001f\u{7f}\""),
            (["z": 1, "a": [true, nil]], #"{"z":1,"a":[true,null]}"#),
            ([], "[]"), ([:], "{}"),
        ] as [(JSONValue, String)])
    func writes(value: JSONValue, expected: String) throws {
        #expect(value.serialized() == expected)
        guard !expected.contains("null") || value == .null else { return }
        #expect(try JSONValue(parsing: expected) == value)
    }

    @Test("Readable text is indented")
    func indentation() {
        let value: JSONValue = ["a": [1, 2], "b": [:]]
        #expect(value.serialized(indentation: 2) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}")
    }

    @Test("Text damaged at random never does worse than throw")
    func mutations() throws {
        let seed = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",null,true,{"b":[]}],"c":"你好"}"#.utf8)
        var state: UInt64 = 7
        var parsed = 0
        for _ in 0..<5000 {
            var bytes = seed
            for _ in 0..<3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let index = Int(state >> 33) % bytes.count
                if state & 1 << 20 == 0 {
                    bytes[index] = UInt8(truncatingIfNeeded: state >> 24)
                } else {
                    bytes.remove(at: index)
                }
            }
            do {
                let value = try JSONValue(parsing: bytes)
                #expect(try JSONValue(parsing: value.serialized()).typeName == value.typeName)
                parsed += 1
            } catch is JSONError {}
        }
        #expect(parsed > 0)
    }
}
