// SPDX-License-Identifier: Apache-2.0
import Foundation
import LLMCore
import Testing
import Tokenization

/// The text of a small `tokenizer.json`, of which parts can be replaced.
func tokenizerJSON(_ parts: [String: String] = [:]) -> String {
    var all = [
        "added_tokens": #"[{"id":6,"content":"<s>","special":true,"normalized":false}]"#,
        "normalizer": #"{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Lowercase"}]}"#,
        "pre_tokenizer":
            #"{"type":"Split","pattern":{"Regex":"\\s+(?!\\S)|[^\\r\\n]?+\\p{L}{1,3}"},"behavior":"Isolated"}"#,
        "post_processor":
            #"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}}],"special_tokens":{"<s>":{"ids":[6]}}}"#,
        "decoder":
            #"{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}"#,
        "model":
            #"{"type":"BPE","unk_token":"u","fuse_unk":true,"vocab":{"a":0,"b":1,"ab":2,"u":3," ":4,"abb":5},"merges":["a b",["ab","b"]]}"#,
    ]
    all.merge(parts) { $1 }
    return "{" + all.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
}

@Suite("Tokenizers that contradict themselves or ask too much")
struct HostileTokenizerTests {
    @Test("the example itself works")
    func acceptsExample() throws {
        let tokenizer = try Tokenizer(tokenizerJSON: Array(tokenizerJSON().utf8))
        #expect(tokenizer.encode("ABB x<s>", addSpecial: true, parseSpecial: true) == [6, 5, 4, 3, 6])
        #expect(tokenizer.encode("<s>", addSpecial: false, parseSpecial: false) == [3, 3])
        #expect(tokenizer.decode([6, 4, 5], skipSpecial: true) == "abb")
        #expect(tokenizer.decode([6, 4, 5], skipSpecial: false) == "<s> abb")
    }

    static let refused: [(part: String, text: String, code: TokenizerError.Code, mention: String)] = [
        ("normalizer", #"{"type":"Nmt"}"#, .unsupported, "normalizer 'Nmt'"),
        ("normalizer", #"{"type":"Sequence"}"#, .malformed, "'normalizers' must be a list"),
        ("normalizer", #"{"type":"Replace","pattern":{"String":""},"content":"x"}"#, .malformed, "'pattern'"),
        ("normalizer", #"{"type":"Replace","pattern":{"Regex":"(?<=a)b"},"content":"x"}"#, .unsupported, "(?<=a)b"),
        ("normalizer", #"{"type":"Precompiled","precompiled_charsmap":"?"}"#, .malformed, "Base64"),
        ("normalizer", #"{"type":"Precompiled","precompiled_charsmap":"/////w=="}"#, .malformed, "does not fit"),
        ("normalizer", #"{"type":"Precompiled","precompiled_charsmap":"BAAAAAAAAAD/"}"#, .malformed, "not UTF-8"),
        ("pre_tokenizer", #"{"type":"UnicodeScripts"}"#, .unsupported, "pre-tokenizer 'UnicodeScripts'"),
        ("pre_tokenizer", #"{"type":"Split","pattern":{"String":"x"},"behavior":"Odd"}"#, .unsupported, "'Odd'"),
        (
            "pre_tokenizer", #"{"type":"Split","pattern":{"Regex":"\\p{Han}"},"behavior":"Isolated"}"#, .unsupported,
            "'Han'"
        ),
        (
            "pre_tokenizer", #"{"type":"Split","pattern":{"Regex":"a+?"},"behavior":"Isolated"}"#, .unsupported,
            "as little"
        ),
        (
            "pre_tokenizer", #"{"type":"Split","pattern":{"Regex":"(a*)*"},"behavior":"Isolated"}"#, .unsupported,
            "of nothing"
        ),
        ("pre_tokenizer", #"{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"}"#, .unsupported, "no ')'"),
        ("pre_tokenizer", #"{"type":"Split","pattern":{"Regex":"[a"},"behavior":"Isolated"}"#, .unsupported, "no ']'"),
        (
            "pre_tokenizer", #"{"type":"Split","pattern":{"Regex":"a{9999}"},"behavior":"Isolated"}"#, .unsupported,
            "9999"
        ),
        (
            "pre_tokenizer", #"{"type":"Split","pattern":{"Regex":"((ab{9}){99}){999}"},"behavior":"Isolated"}"#,
            .unsupported, "size"
        ),
        ("pre_tokenizer", #"{"type":"Metaspace","replacement":"_","prepend_scheme":"odd"}"#, .unsupported, "'odd'"),
        ("post_processor", #"{"type":"Magic"}"#, .unsupported, "post-processor 'Magic'"),
        ("post_processor", #"{"type":"TemplateProcessing","single":[]}"#, .malformed, "exactly once"),
        (
            "post_processor", #"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}},{"Sequence":{}}]}"#,
            .malformed, "lacks 'x'"
        ),
        ("post_processor", #"{"type":"BertProcessing","cls":["a",0],"sep":["b",99]}"#, .malformed, "does not exist"),
        ("decoder", #"{"type":"CTC"}"#, .unsupported, "decoder 'CTC'"),
        (
            "decoder", #"{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"ByteFallback"}]}"#, .unsupported,
            "behind 'Fuse'"
        ),
        ("decoder", #"{"type":"Strip","content":"","start":1,"stop":0}"#, .malformed, "takes away nothing"),
        ("decoder", #"{"type":"Metaspace","replacement":""}"#, .malformed, "not be empty"),
        ("model", #"{"type":"Magic","vocab":{}}"#, .unsupported, "model 'Magic'"),
        ("model", #"{"type":"BPE","vocab":{"a":0},"merges":["a b"]}"#, .malformed, "the merge 'ab'"),
        ("model", #"{"type":"BPE","vocab":{"a":0},"merges":["a b c"]}"#, .malformed, "two parts"),
        ("model", #"{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}"#, .malformed, "two parts"),
        ("model", #"{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}"#, .malformed, "two tokens have the number 0"),
        ("model", #"{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}"#, .malformed, "same text 'a'"),
        ("model", #"{"type":"BPE","vocab":{"a":-1},"merges":[]}"#, .malformed, "impossible number -1"),
        ("model", #"{"type":"BPE","vocab":{"a":4194304},"merges":[]}"#, .malformed, "impossible number 4194304"),
        ("model", #"{"type":"BPE","vocab":{"a":99999999999999999999},"merges":[]}"#, .malformed, "whole number"),
        ("model", #"{"type":"BPE","unk_token":"u","vocab":{"a":0},"merges":[]}"#, .malformed, "lacks its 'unk_token'"),
        ("model", #"{"type":"BPE","end_of_word_suffix":"</w>","vocab":{"a":0},"merges":[]}"#, .unsupported, "</w>"),
        ("model", #"{"type":"WordPiece","vocab":{"a":0}}"#, .malformed, "'unk_token'"),
        ("model", #"{"type":"Unigram","unk_id":7,"vocab":[["a",0]]}"#, .malformed, "'unk_id'"),
        ("model", #"{"type":"Unigram","vocab":[["a"]]}"#, .malformed, "a text and a score"),
        ("model", #"{"type":"Unigram","vocab":{"a":0}}"#, .malformed, "needs a score"),
        ("model", #"{"type":"BPE","vocab":{"\ud800":0},"merges":[]}"#, .malformed, "surrogate"),
        ("added_tokens", #"[{"id":0,"content":"<s>"}]"#, .malformed, "has the number 0, which another token has"),
        ("added_tokens", #"[{"id":6,"content":"<s>"},{"id":6,"content":"<t>"}]"#, .malformed, "'<t>'"),
        ("added_tokens", #"[{"content":"<s>"}]"#, .malformed, "lacks its 'id'"),
        ("added_tokens", #"[{"id":4194304,"content":"<s>"}]"#, .malformed, "impossible number"),
    ]

    @Test("what is not supported or contradicts itself is refused by name", arguments: refused.indices)
    func refuses(_ index: Int) {
        let (part, text, code, mention) = Self.refused[index]
        let error = #expect(throws: TokenizerError.self, "\(text)") {
            try Tokenizer(tokenizerJSON: Array(tokenizerJSON([part: text]).utf8), name: "t.json")
        }
        #expect(error?.code == code, "\(text): \(error?.message ?? "")")
        #expect(error?.description.contains(mention) == true, "\(text): \(error?.message ?? "")")
        #expect(error?.message.hasPrefix("t.json: ") == true || code == .malformed, "\(error?.message ?? "")")
    }

    @Test("a file cut anywhere is refused")
    func refusesTruncations() {
        let bytes = Array(tokenizerJSON().utf8)
        for count in 0..<bytes.count {
            #expect(throws: (any Error).self, "cut at \(count)") {
                try Tokenizer(tokenizerJSON: Array(bytes[..<count]))
            }
        }
    }

    @Test("a pattern that would take for ever does not match")
    func limitsPatterns() throws {
        let part = #"{"type":"Split","pattern":{"Regex":"(?:a|aa)+$"},"behavior":"Isolated"}"#
        let tokenizer = try Tokenizer(tokenizerJSON: Array(tokenizerJSON(["pre_tokenizer": part]).utf8))
        let ids = tokenizer.encode(String(repeating: "a", count: 60) + "b", addSpecial: false, parseSpecial: false)
        #expect(ids.count == 60 && ids.last == 2)
    }

    static let corpus: [String] = [
        tokenizerJSON(),
        tokenizerJSON([
            "normalizer": #"{"type":"BertNormalizer"}"#, "pre_tokenizer": #"{"type":"BertPreTokenizer"}"#,
            "model": ###"{"type":"WordPiece","unk_token":"u","vocab":{"u":0,"a":1,"##b":2,"é":3}}"###,
            "decoder": ###"{"type":"WordPiece","prefix":"##","cleanup":true}"###,
        ]),
        tokenizerJSON([
            "normalizer": #"{"type":"Precompiled","precompiled_charsmap":"CAAAAAAEAAABAgMEYQBiAA=="}"#,
            "pre_tokenizer": #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"first"}"#,
            "model": #"{"type":"Unigram","unk_id":0,"vocab":[["u",0],["▁",-1.5],["ab",-2],["a",-3e0],["▁a",-2.5]]}"#,
            "decoder": #"{"type":"Metaspace","replacement":"▁"}"#,
        ]),
        tokenizerJSON([
            "normalizer": "null",
            "pre_tokenizer":
                #"{"type":"Sequence","pretokenizers":[{"type":"Digits"},{"type":"ByteLevel","add_prefix_space":true}]}"#,
            "decoder": #"{"type":"ByteLevel"}"#,
        ]),
    ]

    @Test("mutated files are refused or work without a crash", arguments: corpus.indices)
    func survivesMutations(_ index: Int) {
        var mutator = Mutator(corpus: [Array(Self.corpus[index].utf8)], seed: UInt64(index) + 1)
        var accepted = 0
        let text = "ab <s>Éa\u{301} 12 \u{1F600}aab  x"
        for _ in 0..<800 {
            guard let tokenizer = try? Tokenizer(tokenizerJSON: mutator.next()) else { continue }
            accepted += 1
            let ids = tokenizer.encode(text, addSpecial: true, parseSpecial: true)
            #expect(ids.allSatisfy { (0..<TokenID(tokenizer.vocabularySize)).contains($0) })
            var decoder = StreamingDecoder(tokenizer: tokenizer)
            _ = (ids.map { decoder.append($0) }.joined() + decoder.finish(), tokenizer.decode(ids))
        }
        #expect(accepted > 10, "\(accepted)")
    }

    @Test("mutated tables of replacements are refused or work without a crash")
    func survivesMutatedTables() throws {
        let file = try Data(contentsOf: URL(filePath: "\(FolderCases.folders)/xlm-r/tokenizer.json"))
        let json = try JSONValue(parsing: Array(file))
        let map = try #require(json["normalizer"]?["precompiled_charsmap"]?.stringValue)
        let table = try #require(Data(base64Encoded: map))
        var mutator = Mutator(corpus: [Array(table)], seed: 9)
        for _ in 0..<30 {
            let normalizer =
                #"{"type":"Precompiled","precompiled_charsmap":"\#(Data(mutator.next()).base64EncodedString())"}"#
            let tokenizer = try? Tokenizer(tokenizerJSON: Array(tokenizerJSON(["normalizer": normalizer]).utf8))
            _ = tokenizer?.encode("ＡＢ ﬁ ㍿ é \u{0}\u{7F} ab", addSpecial: false, parseSpecial: false)
        }
    }
}
