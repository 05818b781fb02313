// SPDX-License-Identifier: Apache-2.0

import Testing
import TokenConstraints
import Tokenization

@Suite("Token masks")
struct MaskTests {
    static let vocabularies = [TestVocabulary.small, TestVocabulary.large]

    @Test("A mask of choices is what trying each token finds", arguments: vocabularies)
    func choices(_ vocabulary: Result<ConstraintVocabulary, any Error>) throws {
        let vocabulary = try vocabulary.get()
        let automaton = try ChoiceAutomaton(["abc", "ab", "the cat", "été", "", "12.5"])
        let masks = MaskComputer(automaton, vocabulary: vocabulary)
        for index in 0..<automaton.stateCount {
            let state = AutomatonState(Int32(index))
            let expected = bruteForceMask(automaton, state, vocabulary)
            for _ in 0..<2 { #expect(masks.mask(state).mask == expected) }
            #expect(masks.mask(state).canEnd == automaton.accepts(state))
        }
    }

    @Test("Masks that were let go of are found again")
    func memoryLimit() throws {
        let vocabulary = try TestVocabulary.small.get()
        let automaton = try ChoiceAutomaton(["abcabc"])
        let masks = MaskComputer(automaton, vocabulary: vocabulary, memoryLimit: 250)
        for _ in 0..<2 {
            for index in 0..<automaton.stateCount {
                let state = AutomatonState(Int32(index))
                #expect(masks.mask(state).mask == bruteForceMask(automaton, state, vocabulary))
            }
        }
    }

    @Test("A run of free text is counted in characters, an incomplete last one included")
    func countsRuns() {
        let euro = Array("€".utf8)
        #expect(FreeText.Kind.jsonString.count(Array("aé€𝄞".utf8)) == 4)
        #expect(FreeText.Kind.jsonString.count(euro.dropLast()) == 1)
        #expect(FreeText.Kind.jsonString.count(euro.dropFirst()) == nil)
        #expect(FreeText.Kind.jsonString.count([0xED, 0xA0, 0x80]) == nil)
        #expect(FreeText.Kind.jsonString.count([0xC0, 0x80]) == nil)
        for text in ["a\"", "\\", "\n", "\u{1F}"] { #expect(FreeText.Kind.jsonString.count(Array(text.utf8)) == nil) }
        #expect(FreeText.Kind.line.count(Array("\u{2028}".utf8)) == nil)
        #expect(FreeText.Kind.line.count([0xE2, 0x80]) == nil)
        #expect(FreeText.Kind.line.count([0xE2, 0x81]) == 1)
        #expect(FreeText.Kind.line.count(Array("\"\\ ".utf8)) == 3)
        #expect(FreeText.Kind.word.count(Array("aZ_09".utf8)) == 5)
        for text in ["é", "-", " "] { #expect(FreeText.Kind.word.count(Array(text.utf8)) == nil) }
    }
}
