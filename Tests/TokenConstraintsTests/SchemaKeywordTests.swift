// SPDX-License-Identifier: Apache-2.0

import JSONSchemas
import LLMCore
import Testing
import TokenConstraints

@Suite("Schemas as automata: keywords")
struct SchemaKeywordTests {
    static let cases = SchemaCase.scalars + SchemaCase.structures + SchemaCase.combinations

    @Test("Exactly the texts of the table are admitted", arguments: cases)
    func table(_ entry: SchemaCase) throws {
        let automaton = try entry.automaton()
        for text in entry.admitted { #expect(automaton.admits(text), "\(text)") }
        for text in entry.refused + entry.unwritten { #expect(!automaton.admits(text), "\(text)") }
    }

    @Test("The validator agrees", arguments: cases)
    func validator(_ entry: SchemaCase) throws {
        let schema = try JSONSchema(JSONValue(parsing: entry.schema))
        for text in entry.admitted + entry.unwritten {
            #expect(try schema.isValid(JSONValue(parsing: text)), "\(text)")
        }
        for text in entry.refused {
            // What is no JSON, or has a name twice, the validator never sees.
            guard let value = try? JSONValue(parsing: text), !text.contains(#""a":1,"a""#) else { continue }
            #expect(!schema.isValid(value), "\(text)")
        }
    }

    @Test("Texts at random are valid, and no walk ends in a blind alley", arguments: cases)
    func walks(_ entry: SchemaCase) throws {
        let schema = try JSONSchema(JSONValue(parsing: entry.schema))
        let automaton = try entry.automaton()
        var walk = RandomWalk(automaton, using: SeededGenerator(seed: 7), hint: automaton.missingKey)
        for _ in 0..<25 {
            guard case .text(let text) = walk.next(length: 60) else {
                Issue.record("A walk found no end.")
                continue
            }
            #expect(try schema.isValid(JSONValue(parsing: text)), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test(
        "Texts at random have the format that they must have",
        arguments: [
            "date", "time", "date-time", "duration", "email", "idn-email", "hostname", "ipv4", "ipv6", "uri", "iri",
            "uri-reference",
            "iri-reference", "uri-template", "uuid", "json-pointer", "relative-json-pointer",
        ])
    func formats(_ format: String) throws {
        let source: JSONValue = ["type": "string", "format": .string(format)]
        let schema = try JSONSchema(source, formats: .assertion)
        var walk = RandomWalk(try SchemaAutomaton(schema: source, layout: .compact), using: SeededGenerator(seed: 11))
        for _ in 0..<200 {
            guard case .text(let text) = walk.next(length: 30) else {
                Issue.record("A walk found no end.")
                continue
            }
            #expect(try schema.isValid(JSONValue(parsing: text)), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test(
        "Common values of formats are admitted",
        arguments: [
            ("date", "2024-02-29"), ("time", "23:59:59Z"), ("time", "08:30:06.283185+02:00"),
            ("date-time", "2023-12-31T00:00:00.5Z"),
            ("email", "jane.doe+x@mail.example.org"), ("hostname", "www.example.com"), ("ipv4", "192.168.0.1"),
            ("ipv6", "::1"),
            ("ipv6", "2001:db8::8a2e:370:7334"), ("ipv6", "::ffff:10.0.0.1"),
            ("uri", "https://user@example.com:80/a/b?q=1#f"), ("uri", "urn:isbn:1"),
            ("uri-reference", "../a?b"), ("uuid", "123e4567-e89b-12d3-a456-426614174000"), ("duration", "P1DT12H"),
            ("json-pointer", "/a~1b/0"),
        ])
    func common(_ format: String, _ text: String) throws {
        let automaton = try SchemaAutomaton(schema: ["format": .string(format)])
        #expect(automaton.admits("\"\(text)\""))
        #expect(automaton.admits("1"))
    }
}
