// SPDX-License-Identifier: Apache-2.0
import Foundation
import LLMCore
import ModelFiles
import Testing
import Tokenization

/// The reference's tokens for hard texts, as `scripts/references/tokenizer_cases.py` wrote them.
struct ReferenceCases: Sendable {
    /// The texts, which need not be UTF-8.
    let texts: [[UInt8]]

    /// The tokens of each text, by vocabulary and mode.
    private let tokens: [String: [String: [[TokenID]]]]

    /// All cases; reading them fails the tests that need them.
    static let all = Result { try ReferenceCases() }

    /// Reads the fixture.
    private init() throws {
        let data = try Data(contentsOf: URL(filePath: try Self.path("cases", "json")))
        let root = try JSONDecoder().decode(Root.self, from: data)
        self.texts = try root.texts.map(Self.bytes)
        self.tokens = root.tokens.mapValues { modes in
            modes.mapValues { lines in lines.map { line in line.split(separator: " ").compactMap { TokenID($0) } } }
        }
    }

    /// The fixture's shape.
    private struct Root: Decodable {
        var texts: [String]
        var tokens: [String: [String: [String]]]
    }

    /// The tokens of each text.
    func tokens(_ vocabulary: String, _ mode: String) throws -> [[TokenID]] {
        try #require(self.tokens[vocabulary]?[mode])
    }

    /// The path of a fixture.
    static func path(_ name: String, _ type: String) throws -> String {
        try #require(Bundle.module.path(forResource: name, ofType: type, inDirectory: "Fixtures"))
    }

    /// The tokenizer of a small vocabulary, or of the default model.
    static func tokenizer(_ name: String) throws -> Tokenizer {
        let path = name == "default-model" ? Self.defaultModelPath : try Self.path(name, "gguf")
        do {
            return try Tokenizer(gguf: GGUFFile(path: path))
        } catch let error as ModelFileError where error.code == .notFound {
            Issue.record("The default model is missing at \(path): run `make setup`.")
            throw error
        }
    }

    /// Where `make setup` puts the default model.
    private static var defaultModelPath: String {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? (NSHomeDirectory() + "/.cache")
        return cache + "/autoglm/models/SmolLM2-135M-Instruct.Q4_1.gguf"
    }

    /// Bytes written as hexadecimal digits.
    private static func bytes(_ hex: String) throws -> [UInt8] {
        let digits = Array(hex.utf8)
        return try stride(from: 0, to: digits.count, by: 2).map {
            try #require(UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16))
        }
    }
}
