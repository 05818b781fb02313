// SPDX-License-Identifier: Apache-2.0

import GuidedGeneration
import LLMCore
import Testing

@Suite("JSON is read while it is being written")
struct PartialJSONTests {
    private static let texts = [
        #"{"title":"A \"story\" of\n\u00e9\ud83d\ude00 🌊","days":[{"n":1,"ok":true},{"n":-2.5e3,"ok":false}],"none":null,"":""}"#,
        #"[[],{},[[{"a":[1,2,3]}]], "x" , 12 ]"#, #""only a text""#, "true", "null", "[0.1,1E5,-0]",
    ]

    @Test("Of each beginning of a text something is known, and what was known stays", arguments: Self.texts)
    func prefixes(text: String) throws {
        var last: GeneratedContent?
        for end in text.unicodeScalars.indices + [text.unicodeScalars.endIndex] {
            var reader = PartialJSONReader(response: nil)
            try reader.append(String(text.unicodeScalars[..<end]))
            let content = reader.content
            if let last { #expect(last.grows(into: content), "\(last) became \(content as Any)") }
            last = content
        }
        #expect(try last == GeneratedContent(JSONValue(parsing: text)))
    }

    @Test("Reading scalar by scalar and all at once is the same, with the same identities", arguments: Self.texts)
    func pieces(text: String) throws {
        let response = GenerationID()
        var pieces = PartialJSONReader(response: response)
        for scalar in text.unicodeScalars { try pieces.append(String(scalar)) }
        try pieces.finish()
        var whole = PartialJSONReader(response: response)
        try whole.append(text)
        #expect(pieces.content == whole.content)
        #expect(pieces.content?.identities == whole.content?.identities)
        #expect(
            pieces.content?.identities == GeneratedContent(try JSONValue(parsing: text), response: response).identities)
    }

    @Test("Identities stay while the values grow, and differ between values")
    func identities() throws {
        var reader = PartialJSONReader(response: GenerationID())
        try reader.append(#"{"days":[{"name":"o"#)
        let early = try #require(reader.content).identities
        try reader.append(#"ne"},{"name":"two"}]}"#)
        let late = try #require(reader.content).identities
        #expect(early == Array(late.prefix(early.count)))
        #expect(Set(late).count == late.count)
    }

    @Test(
        "What has not ended is shown as far as it is",
        arguments: [
            (#"{"a":"x"#, #"{"a":"x"}"#), (#"{"a":"x\"#, #"{"a":"x"}"#), (#"{"a":"x\u00"#, #"{"a":"x"}"#),
            (#"{"a":"\ud83d"#, #"{"a":""}"#), (#"{"a":1"#, "{}"), (#"{"a":1,"#, #"{"a":1}"#), (#"{"a":tr"#, "{}"),
            (#"{"a":1,"b"#, #"{"a":1}"#), (#"[1,2"#, "[1]"), ("[", "[]"),
        ])
    func unfinished(text: String, shown: String) throws {
        let content = try GeneratedContent(json: text)
        #expect(content.jsonString == shown)
        #expect(!content.isComplete)
    }

    @Test(
        "What is no JSON is refused with its place",
        arguments: [
            "{a", "[1 2]", "[1}", "{\"a\" 1}", "nul1", "01,", "\"\\x", "\"\\uZ", "\"\n", "[,", "{,", "} ", "1 2", "[-]",
        ])
    func malformed(text: String) {
        var reader = PartialJSONReader()
        let error = #expect(throws: JSONError.self) { try reader.append(text) }
        #expect(error?.message.contains("line") == true)
    }

    @Test("A number that stands alone ends with the text; nothing is no value")
    func ends() throws {
        var reader = PartialJSONReader()
        try reader.append("4")
        try reader.append("2")
        #expect(reader.content == nil)
        try reader.finish()
        #expect(reader.content == GeneratedContent(42))
        #expect(throws: JSONError.self) { _ = try GeneratedContent(json: " ") }
        var open = PartialJSONReader()
        try open.append("[1")
        #expect(throws: JSONError.self) { try open.finish() }
    }

    @Test("Depth has a limit")
    func depth() {
        #expect(throws: JSONError.self) { _ = try GeneratedContent(json: String(repeating: "[", count: 100_000)) }
    }

    @Test("Whatever bytes come, the reader agrees with the strict parser", arguments: 0..<20)
    func fuzz(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        for _ in 0..<300 {
            var bytes = Array(try #require(Self.texts.randomElement(using: &random)).utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...127, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(try #require(#"{}[]",:\0-"#.utf8.randomElement(using: &random)), at: place)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let strict = try? JSONValue(parsing: text)
            var reader = PartialJSONReader()
            let read: GeneratedContent? = {
                do {
                    try reader.append(text)
                    try reader.finish()
                    return reader.content
                } catch { return nil }
            }()
            #expect(read == strict.map { GeneratedContent($0) }, "\(text)")
        }
    }
}

/// Numbers that are the same in each run.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension GeneratedContent {
    /// Whether later content has everything that this has.
    func grows(into later: GeneratedContent?) -> Bool {
        guard let later else { return false }
        if self.isComplete { return self == later }
        switch (self.kind, later.kind) {
        case (.string(let text), .string(let more)): return more.utf8.starts(with: text.utf8)
        case (.array(let elements), .array(let more)):
            return elements.count <= more.count && zip(elements, more).allSatisfy { $0.grows(into: $1) }
        case (.structure(let members, let keys), .structure(let more, let moreKeys)):
            return moreKeys.starts(with: keys) && members.allSatisfy { $0.value.grows(into: more[$0.key]) }
        default: return false
        }
    }

    /// The identities of the content and its parts, the outer first.
    var identities: [GenerationID] {
        let inner: [GeneratedContent] =
            switch self.kind {
            case .array(let elements): elements
            case .structure(let members, let keys): keys.compactMap { members[$0] }
            default: []
            }
        return [self.id].compactMap(\.self) + inner.flatMap(\.identities)
    }
}
