// SPDX-License-Identifier: Apache-2.0
import LLMCore
import ModelFiles
import Testing
import Tokenization

@Suite("Tokens as the reference finds them")
struct ReferenceTests {
    static let vocabularies = [
        "smollm", "gpt-2", "qwen2", "llama-bpe", "deepseek-llm", "default", "llama", "default-model",
    ]

    @Test("hard texts become the reference's tokens", arguments: vocabularies)
    func matchesReference(_ name: String) throws {
        let cases = try ReferenceCases.all.get()
        let tokenizer = try ReferenceCases.tokenizer(name)
        #expect(cases.texts.count > 200)
        for (mode, isSpecial) in [("plain", false), ("special", true)] {
            for (text, expected) in zip(cases.texts, try cases.tokens(name, mode)) {
                let ids = tokenizer.encode(bytes: text, addSpecial: isSpecial, parseSpecial: isSpecial)
                #expect(ids == expected, "\(mode) \(String(decoding: text, as: UTF8.self).debugDescription)")
            }
        }
    }

    @Test("tokens turn back into the text", arguments: vocabularies)
    func decodes(_ name: String) throws {
        let cases = try ReferenceCases.all.get()
        let tokenizer = try ReferenceCases.tokenizer(name)
        // Some vocabularies lack a control character.
        let lacking = (0..<0x80).filter {
            tokenizer.encode(bytes: [$0], addSpecial: false, parseSpecial: false).isEmpty
        }
        for text in cases.texts where String(validating: text, as: UTF8.self) != nil {
            // A space mark is a space, and a space is added after special tokens: SentencePiece cannot tell them apart.
            if name == "llama", String(decoding: text, as: UTF8.self).contains(/▁|<tool>/) { continue }
            let ids = tokenizer.encode(bytes: text, addSpecial: false, parseSpecial: false)
            #expect(tokenizer.decodeBytes(ids, skipSpecial: false) == text.filter { !lacking.contains($0) })
        }
    }

    @Test("a stream of tokens gives whole characters that join to the same text", arguments: vocabularies)
    func streams(_ name: String) throws {
        let cases = try ReferenceCases.all.get()
        let tokenizer = try ReferenceCases.tokenizer(name)
        for text in cases.texts {
            let ids = tokenizer.encode(bytes: text, addSpecial: false, parseSpecial: false)
            var all = [UInt8]()
            for id in ids { all += try #require(tokenizer.bytes(of: id)) }
            var decoder = StreamingDecoder(tokenizer: tokenizer, skipSpecial: false)
            var pieces = ids.map { decoder.append($0) }
            pieces.append(decoder.finish())
            #expect(pieces.joined() == String(decoding: all, as: UTF8.self))
            if String(validating: all, as: UTF8.self) != nil, !all.elementsEqual("\u{FFFD}".utf8) {
                let wanted = String(decoding: all, as: UTF8.self).unicodeScalars.filter { $0 == "\u{FFFD}" }.count
                #expect(pieces.joined().unicodeScalars.filter { $0 == "\u{FFFD}" }.count == wanted)
            }
        }
    }

    @Test("a megabyte without a place to cut takes linear time", arguments: vocabularies)
    func isLinear(_ name: String) throws {
        let tokenizer = try ReferenceCases.tokenizer(name)
        let texts: [(String, [UInt8])] = [
            ("a letter", [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)),
            ("spaces", [UInt8](repeating: 0x20, count: 1 << 20)),
            ("line feeds", [UInt8](repeating: 0x0A, count: 1 << 20)),
            ("invalid bytes", [UInt8](repeating: 0xFF, count: 1 << 19)),
            ("Chinese", Array(String(repeating: "人工智能正在改变我们的生活", count: 1 << 15).utf8).prefix(1 << 20).map { $0 }),
        ]
        for (what, text) in texts {
            var ids = [TokenID]()
            let taken = ContinuousClock().measure {
                ids = tokenizer.encode(bytes: text, addSpecial: false, parseSpecial: true)
            }
            // A quadratic step would take minutes; the bound leaves room for slow machines and debug builds.
            #expect(taken < .seconds(600), "\(what)")
            #expect(!ids.isEmpty)
            if what != "invalid bytes", what != "Chinese" {
                #expect(tokenizer.decodeBytes(ids, skipSpecial: false) == text, "\(what)")
            }
        }
    }

    @Test("the default model's special tokens are known")
    func knowsDefaultModel() throws {
        let tokenizer = try ReferenceCases.tokenizer("default-model")
        let turn = try #require(tokenizer.id(of: "<|im_end|>"))
        #expect(tokenizer.vocabularySize == 49_152)
        #expect(tokenizer.endOfText == turn)
        #expect(tokenizer.endOfTurn == turn)
        #expect(tokenizer.beginOfText == tokenizer.id(of: "<|im_start|>"))
        #expect(tokenizer.endOfGeneration.isSuperset(of: [turn, try #require(tokenizer.id(of: "<|endoftext|>"))]))
        #expect(tokenizer.isControl(turn))
        #expect(tokenizer.id(of: "Ġthe").map { tokenizer.decode([$0]) } == " the")
        let prompt = "<|im_start|>user\nHi<|im_end|>\n"
        let ids = tokenizer.encode(prompt, addSpecial: false, parseSpecial: true)
        #expect(tokenizer.decode(ids) == "user\nHi\n")
        #expect(tokenizer.decode(ids, skipSpecial: false) == prompt)
        let users = tokenizer.encode(prompt, addSpecial: false, parseSpecial: false)
        #expect(!users.contains(turn))
        #expect(tokenizer.decode(users) == prompt)
    }
}
