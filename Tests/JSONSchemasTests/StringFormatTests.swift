// SPDX-License-Identifier: Apache-2.0

import JSONSchemas
import LLMCore
import Testing

@Suite("String formats")
struct StringFormatTests {
    /// A format with strings of it and strings that are none.
    struct Case: Sendable, CustomTestStringConvertible {
        let format: String
        let valid: [String]
        let invalid: [String]
        var testDescription: String { self.format }
    }

    @Test(
        "A format tells its strings from others",
        arguments: [
            Case(
                format: "date-time", valid: ["2024-02-29T23:59:60Z", "1985-04-12t10:00:00.5+05:30"],
                invalid: ["2023-02-29T00:00:00Z", "2024-02-29 00:00:00Z", "2024-02-29T00:00:00", "2024-2-9T0:0:0Z"]),
            Case(
                format: "date", valid: ["2000-02-29"], invalid: ["1900-02-29", "2024-00-10", "24-01-01", "2024-01-01 "]),
            Case(format: "time", valid: ["00:59:60+01:00"], invalid: ["12:00:60Z", "24:00:00Z", "12:00Z"]),
            Case(format: "duration", valid: ["P1Y2M", "PT5S", "P3W"], invalid: ["P", "P1DT", "P1Y1D", "P1W1D", "1D"]),
            Case(
                format: "email", valid: ["a.b+c@example.com", #""a b"@[IPv6:::1]"#],
                invalid: ["a@", "@b", "a..b@c", "a b@c", "ü@c.de", String(repeating: "a", count: 65) + "@b"]),
            Case(format: "idn-email", valid: ["用户@例子.广告"], invalid: ["用户", "a@-b"]),
            Case(
                format: "hostname", valid: ["a", "xn--nxasmq6b.com", "1-2.3"],
                invalid: ["", "-a", "a-", "a..b", "a_b", "xn--a", "ü.de", String(repeating: "a", count: 64)]),
            Case(
                format: "idn-hostname", valid: ["bücher.de", "例子。广告", "א9"],
                invalid: ["ab--c", "\u{300}a", "aא", "9א", "Bücher.de", "a\u{200D}b"]),
            Case(
                format: "ipv4", valid: ["0.255.10.9"],
                invalid: ["1.2.3", "256.1.1.1", "01.1.1.1", "1.2.3.4.", "１.1.1.1"]),
            Case(
                format: "ipv6", valid: ["::", "1::8", "::ffff:1.2.3.4"],
                invalid: [":", "1:2:3:4:5:6:7", "1::2::3", "::1%eth0", "1:2:3:4:5:6:7::8:9", "1.2.3.4::"]),
            Case(
                format: "uri", valid: ["a:", "http://u:p@[::1]:80/%41?q#f"],
                invalid: ["", "//a", "a b:c", "http://a/%4", "http://[::1", "http://a:b/", "ü:a", "http://a/[x]"]),
            Case(format: "uri-reference", valid: ["", "a/b:c", "?x", "//h/p"], invalid: ["1:b", "a\\b", "ü"]),
            Case(format: "iri", valid: ["http://ü.de/é?\u{E000}"], invalid: ["http://ü.de/\u{E000}", "é"]),
            Case(format: "iri-reference", valid: ["é", "#ü"], invalid: ["a b", "\u{FFFE}"]),
            Case(
                format: "uuid", valid: ["2EB8AA08-aa98-11EA-b4aa-73B441D16380"],
                invalid: ["2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638g"]),
            Case(format: "uri-template", valid: ["{+a,b:3}x", "{c*}"], invalid: ["{", "}", "{a:0}"]),
            Case(format: "json-pointer", valid: ["", "/a~0b/~1"], invalid: ["a", "/~2", "/~"]),
            Case(format: "relative-json-pointer", valid: ["0", "1/a", "2#"], invalid: ["", "01", "/a", "1a", "#"]),
            Case(format: "regex", valid: ["a|(b)+", "(?<=x)y"], invalid: ["(", "a**", "[z-a]", "(?P<a>b)"]),
            Case(format: "no-such-format", valid: ["", "anything"], invalid: []),
        ])
    func formats(_ example: Case) throws {
        let schema: JSONValue = ["format": .string(example.format)]
        let asserting = try JSONSchema(schema, formats: .assertion)
        for text in example.valid { #expect(asserting.validate(.string(text)) == [], "\(text)") }
        for text in example.invalid {
            #expect(!asserting.isValid(.string(text)), "\(text)")
            #expect(try JSONSchema(schema).isValid(.string(text)))
        }
        #expect(asserting.isValid(1))
    }

    @Test("Hostile strings get a verdict")
    func hostile() throws {
        let scalars: [Character] = [
            "-", "x", "n", ".", ":", "[", "%", "{", "\u{200C}", "א", "٣", "@", "\"", "\\", "T", "9", "/",
        ]
        var generator = SystemRandomNumberGenerator()
        let schemas = try [
            "date-time", "duration", "idn-email", "idn-hostname", "ipv6", "iri", "uri-template",
            "relative-json-pointer",
        ].map { try JSONSchema(["format": .string($0)], formats: .assertion) }
        for _ in 0..<2_000 {
            let length = Int.random(in: 0...70, using: &generator)
            let text = String((0..<length).map { _ in scalars.randomElement(using: &generator)! })
            for schema in schemas { _ = schema.isValid(.string(["", "xn--", "PT"].randomElement()! + text)) }
        }
    }
}
