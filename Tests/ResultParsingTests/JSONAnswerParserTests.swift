// SPDX-License-Identifier: Apache-2.0

import JSONSchemas
import LLMCore
import ResultParsing
import Testing

@Suite("JSON in answers")
struct JSONAnswerParserTests {
    /// An answer, the JSON in it and a part of a repair that must be noted; nil if none may be.
    struct Case: Sendable, CustomTestStringConvertible {
        let answer: String
        let json: String
        let repair: String?
        var testDescription: String { self.answer }
        init(_ answer: String, _ json: String, _ repair: String? = nil) {
            self.answer = answer
            self.json = json
            self.repair = repair
        }
    }

    @Test(
        "What small models get wrong is repaired, and each repair is noted",
        arguments: [
            Case(#" {"a": [1, 2.5, "x"], "b": null} "#, #"{"a": [1, 2.5, "x"], "b": null}"#),
            Case("42", "42"),
            Case("```json\n{\"a\": 1}\n```", #"{"a": 1}"#, "code block"),
            Case("Sure!\n```\n[1, 2]\n```\nDone.", "[1, 2]", "code block"),
            Case("```json\n{\"a\": 1}", #"{"a": 1}"#, "code block"),
            Case(#"Here it is: {"a": 1}. Anything else?"#, #"{"a": 1}"#, "around"),
            Case(#"As [the] text says: {"a": {"b": 2}}"#, #"{"a": {"b": 2}}"#, "around"),
            Case("{'a': 'it''s', 'b': 'don't'}", #"{"a": "it''s", "b": "don't"}"#, "quotation marks"),
            Case(#"{"a": 1, "b": [1, 2,],}"#, #"{"a": 1, "b": [1, 2]}"#, "before a closing bracket"),
            Case(#"{"a": [1, 2"#, #"{"a": [1, 2]}"#, "ended too early"),
            Case(#"{"a": "Hel"#, #"{"a": "Hel"}"#, "ended too early"),
            Case(#"{"a": 1, "b"#, #"{"a": 1}"#, "without a value"),
            Case(#"{"a": 1, "b":"#, #"{"a": 1}"#, "without a value"),
            Case("{name: 'Ann', age: 3}", #"{"name": "Ann", "age": 3}"#, "around a key"),
            Case(#"{"a": True, "b": False, "c": None}"#, #"{"a": true, "b": false, "c": null}"#, "became true"),
            Case(#"{"a": NaN, "b": -Infinity}"#, #"{"a": null, "b": null}"#, "JSON does not have"),
            Case("{\"a\": 1, // one\n \"b\": 2 /* two */, # three\n\"c\": 3}", #"{"a": 1, "b": 2, "c": 3}"#, "comment"),
            Case("{\"a\": 1\n \"b\": 2}", #"{"a": 1, "b": 2}"#, "missing comma"),
            Case(#"{"a": "x" "b": "y"}"#, #"{"a": "x", "b": "y"}"#, "missing comma"),
            Case(#"{"a": 1 "b": True "c": [2 "d"]}"#, #"{"a": 1, "b": true, "c": [2, "d"]}"#, "missing comma"),
            Case(#"{"a": 5" disk, "b": 6}"#, #"{"a": "5\" disk", "b": 6}"#, "around a text"),
            Case("{“a”: “x”, “b”: ‘y’}", #"{"a": "x", "b": "y"}"#, "quotation marks"),
            Case("{\"a\": \"one\ntwo\"}", #"{"a": "one\ntwo"}"#, "line break"),
            Case(#"{\"a\": \"x\", \"b\": [\"y\"]}"#, #"{"a": "x", "b": ["y"]}"#, "escaped twice"),
            Case(#""{\"a\": 1}""#, #"{"a": 1}"#, "as a string"),
            Case(#"{"a": "He said "hi" to me", "b": 1}"#, #"{"a": "He said \"hi\" to me", "b": 1}"#, "inside a text"),
            Case("{\"name\": \"John,\n\"age\": 3}", #"{"name": "John", "age": 3}"#, "end of a line"),
            Case(#"{"a": [1, 2}"#, #"{"a": [1, 2]}"#, "missing ']'"),
            Case(#"[{"a": 1]"#, #"[{"a": 1}]"#, "missing '}'"),
            Case(#"{"a": 1}}"#, #"{"a": 1}"#, "around"),
            Case(
                #"{"a": John Smith, "b": 007, "c": .5, "d": 0x1F}"#, #"{"a": "John Smith", "b": 7, "c": 0.5, "d": 31}"#,
                "Quotes around a text"),
            Case(#"{"a" "x"}"#, #"{"a": "x"}"#, "missing colon"),
            Case("{\"姓名\"：\"李雷\"，\"年龄\"：12}", #"{"姓名": "李雷", "年龄": 12}"#, "punctuation"),
            Case("[1；2]", "[1, 2]", "punctuation"), Case(#"{"a": 1；"b": 2}"#, #"{"a": 1, "b": 2}"#, "punctuation"),
            Case("[1, 2, ...]", "[1, 2]", "Dots"),
            Case(#""a": 1, "b": 2"#, #"{"a": 1, "b": 2}"#, "braces"),
            Case(#"{"url": http://x.org/a, "b": 1}"#, #"{"url": "http://x.org/a", "b": 1}"#, "Quotes around a text"),
            Case(#"{"a": "\u00e9\ud83d\ude00\q"}"#, #"{"a": "é😀\\q"}"#, "escapes nothing"),
            Case(#"{"a": , "b": 1}"#, #"{"a": null, "b": 1}"#, "became null"),
            Case(#"{"a": 1,, "b": 2}"#, #"{"a": 1, "b": 2}"#, "needless comma"),
        ])
    func repair(testCase: Case) throws {
        let result = try JSONAnswerParser().parse(testCase.answer)
        #expect(result.value == (try JSONValue(parsing: testCase.json)))
        if let repair = testCase.repair {
            #expect(result.repairs.contains { $0.contains(repair) }, "\(result.repairs)")
        } else {
            #expect(result.repairs == [])
        }
    }

    @Test(
        "An answer without JSON is an error that can be sent back",
        arguments: ["", "  \n ", "I do not know.", "\"\"\"\"\"", "{{{{"])
    func nothing(answer: String) throws {
        let error = try #require(throws: ParseError.self) { try JSONAnswerParser().parse(answer) }
        #expect(error.message.contains("Answer with one JSON value and nothing else."))
    }

    @Test("A schema decides among several values, and its violations are named")
    func schema() throws {
        let parser = JSONAnswerParser(
            schema: try JSONSchema(["required": ["age"], "properties": ["age": ["type": "integer"]], "type": "object"]))
        #expect(try parser.parse(#"Not {"name": "a long one"} but {"age": 3}"#).value == ["age": 3])
        let error = try #require(throws: ParseError.self) { try parser.parse(#"{"age": "three"}"#) }
        #expect(error.code == .mismatch)
        #expect(error.message.contains("/age must be of type integer"))
    }

    @Test(
        "Hostile answers of a megabyte end quickly and without harm",
        arguments: [
            "[", "{", "\"", "{\"a\":", "[\"", "'", "\\\"", "```", "[{", "// ", "{a ", "“", "[1,", "\"\n", "[x]", "{}",
        ])
    func hostile(piece: String) {
        let answer = String(repeating: piece, count: 1_000_000 / piece.utf8.count)
        let clock = ContinuousClock()
        let time = clock.measure { _ = try? JSONAnswerParser().parse(answer) }
        // A quadratic parser would take hours; the bound is loose because test machines are busy.
        #expect(time < .seconds(60))
    }

    @Test("Random damage never crashes and keeps what is returned valid JSON")
    func mutations() throws {
        let seed =
            #"{"name": "Ann \"A\" Lee", "tags": ["x", 'y', “z”], "n": [1, -2.5e3, True], "o": {"k": null}} // end"#
        let alphabet = Array("{}[]\",':\\\n/*#ntu019.-eE“”，： `TNx")
        var random = SplitMix(state: 7)
        for _ in 0..<3_000 {
            var text = Array(seed)
            for _ in 0...Int(random.next() % 6) where !text.isEmpty {
                let place = Int(random.next() % UInt64(text.count))
                switch random.next() % 3 {
                case 0: text[place] = alphabet[Int(random.next() % UInt64(alphabet.count))]
                case 1: text.insert(alphabet[Int(random.next() % UInt64(alphabet.count))], at: place)
                default: text.removeSubrange(place..<min(text.count, place + Int(random.next() % 8)))
                }
            }
            guard let result = try? JSONAnswerParser().parse(String(text)) else { continue }
            #expect(try JSONValue(parsing: result.value.serialized()) == result.value)
        }
    }
}

/// A small generator, so that a failure can be repeated.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
