// SPDX-License-Identifier: Apache-2.0
import Foundation
import LLMCore
import ModelFiles
import Testing
import Tokenization

/// The reference's tokens and texts for the fixtures, as hashes.
struct FolderCases {
    /// What the reference makes of one text.
    struct Case {
        var special: UInt32
        var plain: UInt32
        /// The text without and with special tokens; nil where it holds U+FFFD.
        var texts: [UInt32?]
    }

    let texts: [String]
    let cases: [Case]

    static let folders = "\(Bundle.module.resourcePath ?? "")/Fixtures/Folders"

    /// The cases of a fixture, or of a folder named by its whole path.
    init(_ name: String) throws {
        let folder = try ModelFolder(path: name.hasPrefix("/") ? name : "\(Self.folders)/\(name)")
        let json = try #require(try folder.json("cases.json"))
        let texts = try json["texts"] ?? ModelFolder(path: Self.folders).json("texts.json")?["texts"]
        self.texts = try #require(texts?.arrayValue).compactMap(\.stringValue)
        self.cases = try #require(json["cases"]?.arrayValue).map { entry in
            let numbers = (entry.arrayValue ?? []).map { $0.integerValue.map(UInt32.init) }
            return Case(special: numbers[0] ?? 0, plain: numbers[1] ?? 0, texts: Array(numbers[2...]))
        }
    }

    /// The hash of some bytes.
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }

    /// The hash of some tokens.
    static func hash(_ ids: [TokenID]) -> UInt32 {
        Self.hash(ids.flatMap { id in (0..<4).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) } })
    }
}

@Suite("Folders' tokenizers against the reference")
struct FolderReferenceTests {
    static let families = [
        "gpt2", "smollm", "llama3", "qwen2", "glm4", "tekken", "possessive", "deepseek", "falcon", "roberta", "llama2",
        "mistral", "phi3", "gemma", "bert", "bert-cased", "xlm-r", "unigram-bytes", "words", "odd",
    ]

    /// A folder with a real model's tokenizer and the reference's `cases.json`, where somebody has one.
    static let others = ProcessInfo.processInfo.environment["AUTOGLM_TOKENIZER_FOLDERS"]?.split(separator: ":") ?? []

    @Test(
        "hard texts become the reference's tokens, and these the reference's text",
        arguments: families + others.map(String.init))
    func matches(_ name: String) throws {
        let cases = try FolderCases(name)
        let path = name.hasPrefix("/") ? name : "\(FolderCases.folders)/\(name)"
        let tokenizer = try Tokenizer(folder: ModelFolder(path: path))
        #expect(cases.cases.count == cases.texts.count && cases.texts.count > 1500)
        var wrong = [String: [String]]()
        for (text, expected) in zip(cases.texts, cases.cases) {
            let ids = tokenizer.encode(text, addSpecial: true, parseSpecial: true)
            let plain = tokenizer.encode(text, addSpecial: false, parseSpecial: false)
            if FolderCases.hash(ids) != expected.special { wrong["special", default: []].append(text) }
            if FolderCases.hash(plain) != expected.plain { wrong["plain", default: []].append(text) }
            for (skips, hash) in zip([true, false], expected.texts) where hash != nil {
                let decoded = tokenizer.decodeBytes(ids, skipSpecial: skips)
                if FolderCases.hash(decoded) != hash { wrong["decoded", default: []].append(text) }
            }
        }
        for (mode, texts) in wrong {
            Issue.record("\(name), \(mode): \(texts.count) texts differ, such as \(texts.prefix(3))")
        }
    }
}
