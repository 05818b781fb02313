// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ResultParsing
import Testing

@Suite("Plain text, choices, lists and keys with values")
struct OtherParsersTests {
    @Test("Plain text loses the white space around it and may not be empty")
    func plain() throws {
        #expect(try PlainParser().parse(" \n Hello  you \n").value == "Hello  you")
        let error = try #require(throws: ParseError.self) { try PlainParser().parse(" \n") }
        #expect(error.code == .emptyAnswer)
    }

    @Test(
        "A choice is found however it is said",
        arguments: [
            ("positive", "positive"), ("Positive.", "positive"), ("**NEGATIVE**", "negative"),
            ("\"neutral\"\nBecause …", "neutral"),
            ("The answer is positive, not negative.", "positive"),
            ("I think that this is clearly negative!", "negative"),
            ("Category: neutral", "neutral"), ("postive", "positive"), ("question answering", "question answering"),
            ("This is question answering", "question answering"), ("question", "question"), ("答案是：正面", "正面"),
            ("这是正面的评价", "正面"),
        ])
    func choice(answer: String, expected: String) throws {
        let parser = try ChoiceParser(
            choices: ["positive", "negative", "neutral", "question", "question answering", "正面", "负面"])
        #expect(try parser.parse(answer).value == .string(expected))
    }

    @Test(
        "An answer that means no choice, or two, names what there is",
        arguments: [
            ("positive or negative", "ambiguous", "'positive' and 'negative'"),
            ("xyz", "not-found", "'xyz' is none of the choices"),
            ("notpositiveatall", "not-found", "exactly one of: positive, negative"),
        ])
    func noChoice(answer: String, code: String, part: String) throws {
        let parser = try ChoiceParser(choices: ["positive", "negative"])
        let error = try #require(throws: ParseError.self) { try parser.parse(answer) }
        #expect(error.code.rawValue == code)
        #expect(error.message.contains(part))
    }

    @Test("A typing error that is as near to two choices names both")
    func tie() throws {
        let error = try #require(throws: ParseError.self) { try ChoiceParser(choices: ["cat", "car"]).parse("cap") }
        #expect(error.code == .ambiguous)
        #expect(error.message.contains("'cat' and 'car'"))
    }

    @Test("Choices that cannot be told apart are refused", arguments: [[], ["a", "A."], ["", "b"]])
    func badChoices(choices: [String]) {
        #expect(throws: ParseError.self) { try ChoiceParser(choices: choices) }
    }

    @Test(
        "A list is read in any of its usual forms",
        arguments: [
            ("- apples\n- pears", ["apples", "pears"]),
            ("Here you are:\n1. apples\n2) pears\nEnjoy!", ["apples", "pears"]),
            ("* **apples**\n• \"pears\"", ["apples", "pears"]),
            ("apples, pears, and plums.", ["apples", "pears", "plums"]),
            ("The fruits are: apples, pears", ["apples", "pears"]), ("[\"apples\", \"pears\"]", ["apples", "pears"]),
            ("```json\n['apples', 'pears']\n```", ["apples", "pears"]), ("apples\npears", ["apples", "pears"]),
            ("1、苹果\n2、梨", ["苹果", "梨"]), ("苹果、梨、桃子", ["苹果", "梨", "桃子"]), ("（一）苹果\n（二）梨", ["苹果", "梨"]),
            ("3.5 kg", ["3.5 kg"]), ("-5", ["-5"]),
        ])
    func list(answer: String, items: [String]) throws {
        #expect(try ListParser().parse(answer).value == .array(items.map { .string($0) }))
    }

    @Test("A list of the wrong length says how long it should be")
    func listLength() throws {
        let error = try #require(throws: ParseError.self) {
            try ListParser(minimumCount: 3, maximumCount: 5).parse("- a\n- b")
        }
        #expect(error.message.contains("2 items instead of 3 to 5"))
    }

    @Test(
        "Keys with values are read in any of their usual forms",
        arguments: [
            "Name: Ann Lee\nAge: 31", "**name:** Ann Lee\n**age**: 31", "- NAME： Ann Lee\n- Age = 31",
            "name: Ann\nLee\nage: 31",
            "Name: Ann Lee, Age: 31", "Sure!\nNmae: Ann Lee\nAge: 31", #"{"name": "Ann Lee", "age": 31}"#,
            "Name: \"Ann Lee\"\nAge: 31\nAge: 40",
        ])
    func keyValue(answer: String) throws {
        let parser = try KeyValueParser(keys: ["name", "age", "city"], optionalKeys: ["city"])
        #expect(try parser.parse(answer).value == ["name": "Ann Lee", "age": "31"])
    }

    @Test("A missing key is named")
    func missingKey() throws {
        let parser = try KeyValueParser(keys: ["name", "age"])
        let error = try #require(throws: ParseError.self) { try parser.parse("Name: Ann") }
        #expect(error.message.contains("no value for 'age'"))
    }

    @Test(
        "Hostile answers of 200 kB end quickly in every parser",
        arguments: ["- ", "a,", "a: b\n", "name: ", "x\n", "*", ",", ":"])
    func hostile(piece: String) async throws {
        let answer = String(repeating: piece, count: 200_000 / piece.utf8.count)
        let parsers: [any ResultParser] = [
            PlainParser(), try ChoiceParser(choices: ["aa", "bb"]), ListParser(),
            try KeyValueParser(keys: ["name", "a"]),
        ]
        for parser in parsers {
            let time = await ContinuousClock().measure { _ = try? await parser.parse(answer) }
            #expect(time < .seconds(60))
        }
    }
}
