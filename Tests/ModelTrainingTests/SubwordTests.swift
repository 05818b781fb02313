// SPDX-License-Identifier: Apache-2.0

import TaskModels
import Testing

@Suite("Subwords")
struct SubwordTests {
    private static let texts = [
        "low lower lowest", "new newer newest", "wide wider widest", "低 低于 最低", "low at 7:30 pm, 12:45 am",
    ]

    @Test("Frequent words are one piece, others are made of pieces, digits are alike")
    func reading() throws {
        let vocabulary = try SubwordTrainer.vocabulary(of: Self.texts, size: 60)
        func pieces(_ text: String) -> [String] {
            vocabulary.numbers(of: text, limit: 100).map { vocabulary.pieces[$0] }
        }
        #expect(pieces("Low") == ["\u{2581}low"])
        #expect(pieces("lowest newer").joined() == "\u{2581}lowest\u{2581}newer")
        #expect(pieces("8:15") == pieces("7:30") && !pieces("8:15").contains("<unknown>"))
        #expect(pieces("低于") == ["\u{2581}低", "<unknown>"])
        #expect(pieces("wiki").filter { $0 == "<unknown>" }.count == 1)
        #expect(pieces("") == [] && pieces(" \n\u{0}\t") == [])
    }

    @Test("The same texts give the same subwords, in any order")
    func determined() throws {
        let one = try SubwordTrainer.vocabulary(of: Self.texts, size: 50)
        let other = try SubwordTrainer.vocabulary(of: Self.texts.reversed(), size: 50)
        #expect(one == other && one.pieces.count <= 50 && one.pieces.starts(with: SubwordVocabulary.special))
    }

    @Test("No text is too long, and none is read further than asked", arguments: ["low", "\u{1F4A5}", "最", "a\u{301}"])
    func limits(part: String) throws {
        let vocabulary = try SubwordTrainer.vocabulary(of: Self.texts, size: 60)
        let text = String(repeating: part, count: 100_000)
        #expect(vocabulary.numbers(of: text, limit: 40).count == 40)
        #expect(vocabulary.numbers(of: text, limit: 0).isEmpty)
    }

    @Test("Texts that look alike, marks of pieces and pieces that are made twice do no harm")
    func alike() throws {
        let texts = [
            "caf\u{E9} cafe\u{301} caf\u{E9} cafe\u{301}", "a\u{2581}b \u{2581} \u{2581}", "abc bc abc ab abx xbc",
            "; \u{37E} ; \u{37E}",
        ]
        let vocabulary = try SubwordTrainer.vocabulary(of: texts, size: 60)
        #expect(Set(vocabulary.pieces.map { Array($0.utf8) }).count == vocabulary.pieces.count)
        for text in texts { #expect(!vocabulary.numbers(of: text, limit: 99).contains(SubwordVocabulary.unknown)) }
    }

    @Test("There are never more pieces than asked for", arguments: [4, 7, 20])
    func size(size: Int) throws {
        #expect(try SubwordTrainer.vocabulary(of: Self.texts, size: size).pieces.count == size)
    }

    @Test("A vocabulary that is none is refused", arguments: [[], ["a"], SubwordVocabulary.special + ["a", "a"]])
    func refused(pieces: [String]) {
        #expect(throws: TaskModelError.self) { try SubwordVocabulary(pieces: pieces) }
    }
}
