// SPDX-License-Identifier: Apache-2.0
import LLMCore
import ModelFiles
import Testing
import Tokenization

@Suite("Tokenizers")
struct TokenizerTests {
    /// A byte-level vocabulary of some tokens.
    static func bytePair(_ tokens: [String], kinds: [TokenKind] = [], merges: [String] = []) -> Vocabulary {
        var vocabulary = Vocabulary(model: .bytePair, tokens: ByteStringList(tokens))
        vocabulary.kinds = kinds
        vocabulary.merges = ByteStringList(merges)
        vocabulary.preTokenizer = "gpt-2"
        return vocabulary
    }

    @Test("nothing becomes nothing, or the tokens for beginning and end")
    func encodesNothing() throws {
        var vocabulary = Self.bytePair(["a", "<s>", "</s>"], kinds: [.normal, .control, .control])
        vocabulary.namedTokens = ["bos": 1, "eos": 2]
        #expect(try Tokenizer(vocabulary: vocabulary).encode("", addSpecial: true, parseSpecial: true) == [])
        vocabulary.addsBeginOfText = true
        vocabulary.addsEndOfText = true
        let tokenizer = try Tokenizer(vocabulary: vocabulary)
        #expect(tokenizer.encode("", addSpecial: true, parseSpecial: true) == [1, 2])
        #expect(tokenizer.encode("a", addSpecial: true, parseSpecial: true) == [1, 0, 2])
        #expect(tokenizer.encode("a", addSpecial: false, parseSpecial: true) == [0])
    }

    @Test("merges go by rank, then from the left")
    func mergesInOrder() throws {
        let tokenizer = try Tokenizer(
            vocabulary: Self.bytePair(["a", "b", "aa", "ab", "aab"], merges: ["a b", "a a", "a ab"]))
        #expect(tokenizer.encode("aab", addSpecial: false, parseSpecial: false) == [4])
        #expect(tokenizer.encode("aaa", addSpecial: false, parseSpecial: false) == [2, 0])
        #expect(tokenizer.encode("aaab", addSpecial: false, parseSpecial: false) == [2, 3])
    }

    @Test("a merge whose result is no token falls back to the tokens of its bytes")
    func fallsBackToBytes() throws {
        let tokenizer = try Tokenizer(vocabulary: Self.bytePair(["a", "b", "c"], merges: ["a b", "ab c"]))
        #expect(tokenizer.encode("abc", addSpecial: false, parseSpecial: false) == [0, 1, 2])
        #expect(tokenizer.encode("abx", addSpecial: false, parseSpecial: false) == [0, 1])
    }

    @Test("a whole word goes before the merges only where the model wants it", arguments: ["llama-bpe", "gpt-2"])
    func prefersWholeWords(_ cutter: String) throws {
        var vocabulary = Self.bytePair(["a", "b", "ab"])
        vocabulary.preTokenizer = cutter
        let ids = try Tokenizer(vocabulary: vocabulary).encode("ab", addSpecial: false, parseSpecial: false)
        #expect(ids == (cutter == "gpt-2" ? [0, 1] : [2]))
    }

    @Test("user-defined tokens are always found, control tokens on request, longer ones first")
    func findsSpecialTokens() throws {
        let tokenizer = try Tokenizer(
            vocabulary: Self.bytePair(
                ["a", "<", ">", "<a>", "<a><a>", "<aa>"],
                kinds: [.normal, .normal, .normal, .userDefined, .userDefined, .control]))
        #expect(tokenizer.encode("<a>a<a><a><a>", addSpecial: false, parseSpecial: false) == [3, 0, 4, 3])
        #expect(tokenizer.encode("<aa>", addSpecial: false, parseSpecial: false) == [1, 0, 0, 2])
        #expect(tokenizer.encode("<aa>", addSpecial: false, parseSpecial: true) == [5])
        #expect(tokenizer.isSpecial(3) && !tokenizer.isControl(3) && tokenizer.isControl(5) && !tokenizer.isSpecial(0))
    }

    @Test("Phi-3's special tokens swallow the white space after them")
    func stripsSpace() throws {
        var vocabulary = Self.bytePair(["a", "Ġ", "<|user|>", "<s>"], kinds: [.normal, .normal, .control, .control])
        vocabulary.modelName = "Phi-3 mini"
        let tokenizer = try Tokenizer(vocabulary: vocabulary)
        #expect(
            tokenizer.encode("a <|user|> \n a<s> a", addSpecial: false, parseSpecial: true) == [0, 1, 2, 0, 3, 1, 0])
    }

    @Test("well-known texts end the generation although the file does not say so")
    func knowsEnds() throws {
        let names = ["a", "<|eot_id|>", "<|end|>", "</s>", "<end_of_turn>", "<|fim_pad|>", "<|im_start|>"]
        let tokenizer = try Tokenizer(vocabulary: Self.bytePair(names))
        #expect(tokenizer.endOfGeneration == [1, 2, 3, 4, 5])
        #expect(tokenizer.endOfTurn == 1)
        #expect(tokenizer.isControl(3))
        #expect(tokenizer.endOfText == nil)
        let harmony = try Tokenizer(vocabulary: Self.bytePair(["<|end|>", "<|return|>", "<|call|>"]))
        #expect(harmony.endOfGeneration == [1, 2])
    }

    @Test("ids that name no token are ignored or nil")
    func survivesWrongIDs() throws {
        var vocabulary = Self.bytePair(["a"])
        vocabulary.namedTokens = ["bos": 7, "eos": -1]
        let tokenizer = try Tokenizer(vocabulary: vocabulary)
        #expect(tokenizer.beginOfText == nil && tokenizer.endOfText == nil)
        #expect(tokenizer.decode([0, 1, -1, .max, .min, 0]) == "aa")
        #expect(tokenizer.bytes(of: 1) == nil && tokenizer.bytes(of: -1) == nil)
        #expect(tokenizer.id(of: "b") == nil)
        #expect(tokenizer.kind(5) == .undefined)
    }

    @Test("an unknown pre-tokenizer is refused and the nearest named")
    func refusesUnknownPreTokenizer() {
        var vocabulary = Self.bytePair(["a"])
        vocabulary.preTokenizer = "llama-bbe"
        let error = #expect(throws: TokenizerError.self) { try Tokenizer(vocabulary: vocabulary) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("'llama-bpe'") == true)
        #expect(error?.message.contains("deepseek-llm") == true)
    }

    @Test("two tokens with the same text are refused", arguments: Vocabulary.Model.allCases)
    func refusesTwins(_ model: Vocabulary.Model) {
        let vocabulary = Vocabulary(model: model, tokens: ByteStringList(["a", "b", "a"]))
        let error = #expect(throws: TokenizerError.self) { try Tokenizer(vocabulary: vocabulary) }
        #expect(error?.message.contains("0 and 2") == true)
    }

    @Test("a SentencePiece vocabulary without bytes or unknown token drops what it cannot express")
    func survivesPoorVocabulary() throws {
        var vocabulary = Vocabulary(model: .sentencePiece, tokens: ByteStringList(["▁", "a", "▁a"]))
        vocabulary.scores = [.nan, -.infinity, .infinity]
        vocabulary.addsSpacePrefix = false
        let tokenizer = try Tokenizer(vocabulary: vocabulary)
        #expect(tokenizer.encode("b a", addSpecial: false, parseSpecial: false).last == 2)
    }

    @Test("the space before a text is added and taken away again")
    func addsSpacePrefix() throws {
        let tokenizer = try ReferenceCases.tokenizer("llama")
        let ids = tokenizer.encode("the", addSpecial: true, parseSpecial: false)
        #expect(ids.first == tokenizer.beginOfText)
        #expect(tokenizer.decode(ids) == "the")
        #expect(tokenizer.decode(tokenizer.encode(" the", addSpecial: true, parseSpecial: false)) == " the")
    }

    @Test(
        "files with missing or wrong tokenizer keys are refused",
        arguments: [
            ("tokenizer.ggml.model", "tokenizer.ggml.model"), ("tokenizer.ggml.tokens", "tokenizer.ggml.tokens"),
            ("tokenizer.ggml.merges", "tokenizer.ggml.merges"),
        ])
    func refusesIncompleteFiles(_ missing: String, _ mention: String) throws {
        var writer = GGUFWriter()
        let values: [(String, GGUFValue)] = [
            ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.tokens", .array(GGUFArray(strings: ["a"]))),
            ("tokenizer.ggml.merges", .array(GGUFArray(strings: [String]()))),
        ]
        for (key, value) in values where key != missing { writer.set(key, value) }
        let file = try GGUFFile(bytes: writer.serialized())
        let error = #expect(throws: ModelFileError.self) { try Tokenizer(gguf: file) }
        #expect(error?.code == .missingKey)
        #expect(error?.message.contains(mention) == true)
    }

    @Test("short arrays and other tokenizers are refused")
    func refusesWrongFiles() throws {
        var writer = GGUFWriter()
        writer.set("tokenizer.ggml.model", .string("bert"))
        let other = try GGUFFile(bytes: writer.serialized())
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: other) }
        writer.set("tokenizer.ggml.model", .string("llama"))
        writer.set("tokenizer.ggml.tokens", .array(GGUFArray(strings: ["a", "b"])))
        writer.set("tokenizer.ggml.scores", .array(GGUFArray(float32: [1])))
        let short = try GGUFFile(bytes: writer.serialized())
        let error = #expect(throws: TokenizerError.self) { try Tokenizer(gguf: short) }
        #expect(error?.message.contains("scores") == true)
    }
}
