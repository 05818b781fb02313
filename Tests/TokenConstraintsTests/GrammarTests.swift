// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Testing
import TokenConstraints
import Tokenization

@Suite("Grammars")
struct GrammarTests {
    private static func accepts(_ automaton: any ByteAutomaton, _ text: String) -> Bool {
        let state = automaton.start.isDead ? .dead : automaton.next(automaton.start, text.utf8)
        return !state.isDead && automaton.accepts(state)
    }

    static let json = """
        # JSON, as llama.cpp's documentation shows it
        root   ::= object
        value  ::= object | array | string | number | ("true" | "false" | "null") ws

        object ::=
          "{" ws (
                    string ":" ws value
            ("," ws string ":" ws value)*
          )? "}" ws

        array  ::=
          "[" ws (
                    value
            ("," ws value)*
          )? "]" ws

        string ::=
          "\\"" (
            [^"\\\\\\x7F\\x00-\\x1F] |
            "\\\\" (["\\\\bfnrt] | "u" [0-9a-fA-F]{4}) # escapes
          )* "\\"" ws

        number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
        # Optional space
        ws ::= | " " | "\\n" [ \\t]{0,20}
        """

    static let grammars: [(String, yes: [String], no: [String])] = [
        ("root ::= \"a\"", ["a"], ["", "b", "aa"]), ("root ::= ", [""], ["a"]),
        ("root ::= \"a\" | \"b\" root", ["a", "ba", "bbba"], ["b", "ab"]),
        ("root ::= \"a\"\n  | \"b\"", ["a", "b"], ["c"]),
        ("root ::= [a-c0-2é]+ [^x\\]]", ["a0éz", "cc"], ["ax", "a]", "d"]),
        ("root ::= . . .", ["a€\n"], ["ab", "abcd"]),
        ("root ::= \"a\"{2} \"b\"{1,2} \"c\"{2,}", ["aabcc", "aabbccc"], ["aabc", "abcc", "aabbbcc"]),
        ("root ::= \"x\"? (\"a\" | \"b\")*", ["", "x", "xabba"], ["ax"]), ("root ::= \"a\"*+?", ["", "aaa"], ["b"]),
        ("root ::= \"\\x41\\u00e9\\U0001D11E\\n\\\"\"", ["Aé𝄞\n\""], ["A"]),
        ("root ::= \"(\" root \")\" | \"\"", ["", "()", "((()))"], ["(", "())"]),
        ("root ::= s\ns ::= \"a\" s s | \"a\"", ["a", "aaa", "aaaaa"], ["aa", "aaaa", ""]),
        ("a-rule_1 ::= \"x\"\nroot ::= (a-rule_1 # comment\n \",\" )+", ["x,", "x,x,"], ["x"]),
        ("root ::= (e | \"a\")* \"b\"\ne ::= \"\"", ["b", "aab"], ["a"]), ("root ::= [] | \"a\"", ["a"], ["", "b"]),
        ("root ::= u | \"a\"\nu ::= \"x\" u", ["a"], ["x", "xx"]),
        ("root ::= (\"é\" | \"e\") [😀-😂]", ["é😁"], ["é", "e😃"]),
        (json, ["{}", "{\"a\": [1, -2.5e3, \"x\\u00e9\", {\"b\": null}]}"], ["{", "[]", "{\"a\": 01}", "{\"a\" 1}"]),
        (
            "root ::= sum\nsum ::= product ((\"+\" | \"-\") product)*\nproduct ::= atom ([*/] atom)*\natom ::= [0-9]+ | \"(\" sum \")\"",
            ["1+2*3", "((1))/(2-3)"], ["1+", "(1", "1 + 2"]
        ),
    ]

    @Test("A grammar's texts are accepted and no others", arguments: grammars)
    func texts(grammar: String, yes: [String], no: [String]) throws {
        let automaton = try GrammarAutomaton(grammar)
        for text in yes { #expect(Self.accepts(automaton, text), "\(text)") }
        for text in no { #expect(!Self.accepts(automaton, text), "\(text)") }
    }

    @Test("Deep nesting and many ways at once are no trouble")
    func deep() throws {
        let nested = try GrammarAutomaton("root ::= \"[\" root \"]\" | \"\"")
        let text = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        #expect(Self.accepts(nested, text))
        let ambiguous = try GrammarAutomaton("root ::= s\ns ::= \"a\" s s | \"a\" | \"a\" s")
        #expect(Self.accepts(ambiguous, String(repeating: "a", count: 300)))
    }

    static let mistakes: [(String, ConstraintError.Code, [String])] = [
        ("", .malformed, ["root"]), ("rot ::= \"a\"", .malformed, ["'root'", "'rot'"]),
        ("root ::= nam\nname ::= \"a\"", .malformed, ["'nam'", "line 1, column 10", "'name'"]),
        ("root ::= \"a", .malformed, ["line 1, column 10"]), ("root ::= [a", .malformed, ["'['"]),
        ("root ::= (\"a\"", .malformed, ["'('", "column 10"]), ("root = \"a\"", .malformed, ["'::='"]),
        ("root ::= \"a\"\nroot ::= \"b\"", .malformed, ["second time", "line 2"]),
        ("root ::= \"a\" )", .malformed, ["column 14"]), ("root ::= \"\\q\"", .malformed, ["\\q", "\\n"]),
        ("root ::= \"a\"{3,2}", .malformed, ["reversed"]), ("root ::= \"a\"{,}{", .malformed, ["number"]),
        ("root ::= [b-a]", .malformed, ["range"]), ("root ::= \"\\ud800\"", .malformed, ["no character"]),
        ("root ::= root \"a\" | \"a\"", .unsupported, ["'root'", "left recursion"]),
        ("root ::= x\nx ::= e y\ny ::= x \"a\" | \"b\"\ne ::= \"\" | \"e\"", .unsupported, ["left recursion"]),
        ("root ::= <think>", .unsupported, ["token"]), ("root ::= \"a\"{20000}", .tooLarge, ["10000"]),
        ("root ::= ((\"a\"{9999}){9999}){9999}", .tooLarge, ["steps"]),
        ("root ::= " + String(repeating: "(", count: 500), .malformed, ["nested"]),
    ]

    @Test("A mistake is reported with its place and what to do", arguments: mistakes)
    func mistake(grammar: String, code: ConstraintError.Code, words: [String]) {
        let error = #expect(throws: ConstraintError.self) { try GrammarAutomaton(grammar) }
        #expect(error?.code == code)
        for word in words { #expect(error?.message.contains(word) == true, "\(error?.message ?? "")") }
    }

    @Test("A grammar without any text is dead from the start")
    func noText() throws { #expect(try GrammarAutomaton("root ::= \"a\" root").start.isDead) }

    @Test(
        "A text that nothing can complete is not accepted, and nothing follows it",
        arguments: [
            OutputConstraint.grammar("root ::= \"a\""), .regularExpression("a"), .choices(["a"]), .jsonSchema(true),
        ])
    func deadStates(constraint: OutputConstraint) throws {
        let automaton = try CompiledConstraint.automaton(constraint)
        let dead = automaton.next(automaton.start, UInt8(ascii: "?"))
        #expect(dead.isDead && !automaton.accepts(dead) && automaton.next(dead, UInt8(ascii: "a")).isDead)
    }

    @Test("Strings and lines are known as free text")
    func freeText() throws {
        let automaton = try GrammarAutomaton(Self.json)
        #expect(automaton.freeText(automaton.next(automaton.start, "{\"k".utf8)) == FreeText(.jsonString))
        let lines = try GrammarAutomaton("root ::= ([^\\n\\r\\u2028\\u2029]* \"\\n\")+")
        #expect(lines.freeText(lines.start) == FreeText(.line))
        let letters = try GrammarAutomaton("root ::= [a-zA-Z0-9_]+ \"-\"")
        #expect(letters.freeText(letters.next(letters.start, UInt8(ascii: "a"))) == FreeText(.word))
        for set in ["[a-z]", "[^b]", "[^€]", "[^\\u2028é]"] {
            let some = try GrammarAutomaton("root ::= \(set)* \"\\n\"")
            let free = some.freeText(some.start)
            #expect(free == nil || free == FreeText(.word), "\(set)")
        }
    }

    @Test(
        "Masks on the way of random walks are what trying each token finds",
        arguments: [TestVocabulary.small, TestVocabulary.large])
    func masks(_ vocabulary: Result<ConstraintVocabulary, any Error>) throws {
        let vocabulary = try vocabulary.get()
        var random = SeededGenerator(seed: 1)
        for (grammar, _, _) in Self.grammars {
            let automaton = try GrammarAutomaton(grammar)
            let masks = MaskComputer(automaton, vocabulary: vocabulary)
            var state = automaton.start
            for _ in 0..<6 where !state.isDead {
                let mask = masks.mask(state)
                #expect(mask.mask == bruteForceMask(automaton, state, vocabulary), "\(grammar) \(state)")
                #expect(mask.canEnd || mask.textCount > 0)
                let tokens = mask.mask.tokens.filter { !vocabulary.ends.contains($0) }
                guard let token = tokens.randomElement(using: &random) else { break }
                state = automaton.next(state, vocabulary.tokenizer.bytes(of: token) ?? [])
            }
        }
    }

    @Test("No grammar and no expression, however broken, does harm", arguments: 0..<20)
    func mutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let sources = Self.grammars.map(\.0)
        for _ in 0..<60 {
            var scalars = Array((sources.randomElement(using: &random) ?? "").unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !scalars.isEmpty {
                let place = Int.random(in: 0..<scalars.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: scalars.remove(at: place)
                case 1:
                    scalars.insert(
                        Array("\"[](){}|*+?\\^-$.,:=#09a\n".unicodeScalars).randomElement(using: &random) ?? "a",
                        at: place)
                default: scalars.swapAt(place, Int.random(in: 0..<scalars.count, using: &random))
                }
            }
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars)
            for constraint in [OutputConstraint.grammar(text), .regularExpression(text)] {
                guard let automaton = try? CompiledConstraint.automaton(constraint), !automaton.start.isDead else {
                    continue
                }
                for byte in UInt8.min...UInt8.max { _ = automaton.next(automaton.start, byte) }
            }
        }
    }
}
