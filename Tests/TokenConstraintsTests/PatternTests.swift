// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Testing
import TokenConstraints
import Tokenization

@Suite("Regular expressions as constraints")
struct PatternTests {
    private static func accepts(_ automaton: any ByteAutomaton, _ text: String) -> Bool {
        let state = automaton.start.isDead ? .dead : automaton.next(automaton.start, text.utf8)
        return !state.isDead && automaton.accepts(state)
    }

    static let whole: [(String, yes: [String], no: [String])] = [
        ("", [""], ["a"]), ("abc", ["abc"], ["", "ab", "abcd", "xabc"]), ("a|bc|", ["a", "bc", ""], ["b", "abc"]),
        ("[a-c]+x?", ["a", "abcx", "ccc"], ["x", "axx", "d"]), ("a{2,3}", ["aa", "aaa"], ["a", "aaaa"]),
        ("(?:ab){2,}", ["abab", "ababab"], ["ab", "aba"]), ("(a?){3}", ["", "a", "aaa"], ["aaaa"]),
        (".*", ["", "a€𝄞"], ["a\nb", "\u{2028}"]), ("[^é]", ["a", "€", "\n"], ["é", "", "ab"]),
        ("\\d{3}-\\d{4}", ["555-1234"], ["5555-123", "555-12345"]), ("\\w+\\s\\S", ["ab_1 é"], ["ab", "é a"]),
        ("\\p{Lu}\\p{L}*", ["Été", "Z"], ["été", "Z1"]), ("[😀-😂]{2}", ["😀😂"], ["😀", "😃😀"]),
        ("^a$", ["a"], ["", "aa"]), ("^^a|b$$", ["a", "b"], ["ab"]), ("a^b", [], ["ab", "a", "b"]),
        ("a$b", [], ["ab", "a"]), ("(^|,)a(,|$)", ["a", ",a,", "a,", ",a"], ["aa"]),
        ("(?=.*\\d)(?=.*[a-z])[a-z0-9]{3,}", ["a1b", "12z"], ["abc", "123", "a1"]),
        ("(?!foo)[a-z]+", ["bar", "fo", "barfoo"], ["foo", "foobar"]),
        ("(?:(?!ab)[a-c])*", ["", "aacb", "ba"], ["ab", "cabc"]), ("a(?=b)b", ["ab"], ["a", "ac"]),
        ("a(?!b)(?:b|c)", ["ac"], ["ab"]), ("\\bfoo\\b.*", ["foo", "foo bar", "foo-"], ["foobar", "foo1"]),
        ("[a-z ]*\\bfoo", ["foo", "a foo", "foo foo"], ["afoo", "a fooo"]), ("a\\Bb", ["ab"], ["a b"]),
        ("(?:\\ba|-)+", ["a", "a-a", "--a"], ["aa"]), ("(?:a*)*b", ["b", "aab"], ["a", ""]),
        ("(?<year>\\d{4})", ["2024"], ["24"]), ("[]", [], ["", "a"]), ("a[^\\s\\S]|b", ["b"], ["a", "ax"]),
        ("x*y{0}z", ["z", "xxz"], ["y", "xyz"]), ("[\\u{10000}-\\u{10FFFF}]", ["𝄞"], ["€"]),
        ("(?:a|ab)(?:c|bcd)(?:d*)", ["abcd", "abcdd", "ac"], ["abd", "a"]),
    ]

    @Test("A whole match is accepted and nothing else", arguments: whole)
    func wholeMatch(source: String, yes: [String], no: [String]) throws {
        let automaton = try PatternByteAutomaton(.whole(source))
        for text in yes { #expect(Self.accepts(automaton, text), "\(text)") }
        for text in no { #expect(!Self.accepts(automaton, text), "\(text)") }
    }

    static let combined: [(Pattern, yes: [String], no: [String])] = [
        (.matching("b"), ["b", "abc"], ["", "ac"]), (.matching("^b"), ["bc"], ["ab"]),
        (.matching("b$"), ["ab"], ["ba"]),
        (.matching("^$"), [""], ["a"]), (.matching("^a|b$"), ["ax", "xb"], ["xa", "bx"]),
        (.all([.matching("^[a-z]*$"), .length(least: 2, most: 3)]), ["ab", "abc"], ["a", "abcd", "A1"]),
        (.all([.matching("a"), .matching("b"), .matching("c")]), ["cab", "xbxaxc"], ["ab", ""]),
        (.not(.matching("a")), ["", "bcd"], ["a", "bab"]), (.not(.not(.whole("a"))), ["a"], ["b"]),
        (.any([.literal("a.c"), .whole("x+")]), ["a.c", "xx"], ["abc", ""]), (.any([]), [], ["", "a"]),
        (.all([]), ["", "\n€"], []), (.all([.whole("a+"), .not(.whole("a{3}"))]), ["a", "aaaa"], ["aaa"]),
        (.length(least: 0, most: 1), ["", "𝄞"], ["ab"]), (.length(least: 3, most: 2), [], ["", "ab", "abc"]),
        (.all([.length(least: 1000, most: 1000), .matching("b")]), [String(repeating: "b", count: 1000)], ["b"]),
    ]

    @Test("Patterns can be combined", arguments: combined)
    func combination(pattern: Pattern, yes: [String], no: [String]) throws {
        let automaton = try PatternByteAutomaton(pattern)
        for text in yes { #expect(Self.accepts(automaton, text), "\(text)") }
        for text in no { #expect(!Self.accepts(automaton, text), "\(text)") }
    }

    @Test(
        "Where nothing can be completed the automaton is dead",
        arguments: [
            (Pattern.all([.whole("a+"), .whole("b+")]), ""), (.all([.whole("a+b"), .not(.whole("a.*"))]), ""),
            (.all([.matching("^ab"), .length(least: 0, most: 1)]), ""), (.whole("(?=b)a|cd"), "a"),
            (.whole("ab(?!.*)|ac"), "ab"), (.all([.whole("a{5}|b"), .length(least: 0, most: 3)]), "a"),
            (.whole("[à-ã]"), "\u{E1}".utf8.count == 2 ? "b" : ""), (.whole("a\\bb|c"), "a"),
        ])
    func dead(pattern: Pattern, text: String) throws {
        let automaton = try PatternByteAutomaton(pattern)
        #expect(automaton.start.isDead || automaton.next(automaton.start, text.utf8).isDead)
    }

    @Test("A character that is cut is alive as long as one of the wanted can come of it")
    func cutCharacters() throws {
        let automaton = try PatternByteAutomaton(.whole("[€é]"))
        let live = (UInt8.min...UInt8.max).filter { !automaton.next(automaton.start, $0).isDead }
        #expect(live == [0xC3, 0xE2])
        #expect(automaton.next(automaton.start, [0xE2, 0x81] as [UInt8]).isDead)
        #expect(!automaton.next(automaton.start, [0xE2, 0x82] as [UInt8]).isDead)
        #expect(!automaton.accepts(automaton.next(automaton.start, [0xE2, 0x82] as [UInt8])))
    }

    @Test(
        "What cannot be done is refused by name",
        arguments: [
            ("(a)\\1", ConstraintError.Code.unsupported, "back-reference"), ("(?<=a)b", .unsupported, "looks behind"),
            ("(", .malformed, "'('"), ("a{3,2}", .malformed, "reversed"), ("(?:^a?)*", .unsupported, "assertion"),
            ("(?:\\ba){100}", .tooLarge, "64 times"),
            ("(?:a?){2000}b" + String(repeating: "a?", count: 900), .tooLarge, "large"),
        ])
    func refused(source: String, code: ConstraintError.Code, words: String) {
        let error = #expect(throws: ConstraintError.self) { try PatternByteAutomaton(.whole(source)) }
        #expect(error?.code == code && error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test(
        "Large counts and many branches stay small",
        arguments: ["[a-z]{0,2000}", "(?:a|b|c){1000}", ".{1,500}x.{1,500}"])
    func largeCounts(source: String) throws {
        let automaton = try PatternByteAutomaton(.whole(source))
        var state = automaton.start
        for _ in 0..<400 { state = automaton.next(state, UInt8(ascii: "a")) }
        #expect(!state.isDead && automaton.stateCount < 20_000)
    }

    static let maskPatterns = whole.map { Pattern.whole($0.0) } + combined.map(\.0)

    @Test(
        "Masks on the way of random walks are what trying each token finds",
        arguments: [TestVocabulary.small, TestVocabulary.large])
    func masks(_ vocabulary: Result<ConstraintVocabulary, any Error>) throws {
        let vocabulary = try vocabulary.get()
        var random = SeededGenerator(seed: 1)
        for pattern in Self.maskPatterns {
            let automaton = try PatternByteAutomaton(pattern)
            let masks = MaskComputer(automaton, vocabulary: vocabulary)
            var state = automaton.start
            for _ in 0..<4 where !state.isDead {
                let mask = masks.mask(state)
                #expect(mask.mask == bruteForceMask(automaton, state, vocabulary), "\(pattern) \(state)")
                #expect(mask.canEnd || mask.textCount > 0)
                let tokens = mask.mask.tokens.filter { !vocabulary.ends.contains($0) }
                guard let token = tokens.randomElement(using: &random) else { break }
                state = automaton.next(state, vocabulary.tokenizer.bytes(of: token) ?? [])
            }
        }
    }
}
