// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Testing
import TokenConstraints

@Suite("Schemas as automata: masks")
struct SchemaMaskTests {
    static let schemas = [
        #"{"type":"object","properties":{"ab":{"type":"string","maxLength":4},"b":{"enum":["a","ab","é"]}},"required":["b"],"additionalProperties":false}"#,
        #"{"type":"object","additionalProperties":{"type":"number","maximum":12}}"#,
        #"{"type":"array","items":{"type":"string","pattern":"^[ab ]*$"}}"#,
        #"{"anyOf":[{"type":"string","maxLength":2},{"type":"string","minLength":4}]}"#,
    ]

    @Test("A mask is what trying each token finds, all along a walk", arguments: schemas)
    func masks(_ schema: String) throws {
        let vocabulary = try TestVocabulary.small.get()
        let automaton = try SchemaAutomaton(schema: JSONValue(parsing: schema))
        let masks = MaskComputer(automaton, vocabulary: vocabulary)
        var walk = RandomWalk(automaton, using: SeededGenerator(seed: 3), hint: automaton.missingKey)
        for _ in 0..<4 {
            guard case .text(let text) = walk.next(length: 30) else {
                Issue.record("A walk found no end.")
                continue
            }
            var state = automaton.start
            for byte in text {
                #expect(masks.mask(state).mask == bruteForceMask(automaton, state, vocabulary))
                state = automaton.next(state, byte)
            }
        }
    }

    @Test("A text is admitted token by token, and a refusal says where")
    func admission() throws {
        let vocabulary = try TestVocabulary.small.get()
        let automaton = try SchemaAutomaton(schema: JSONValue(parsing: Self.schemas[0]))
        func check(_ text: String) -> Admission {
            let masks = MaskComputer(automaton, vocabulary: vocabulary)
            return Admission(of: Array(text.utf8), automaton: automaton, masks: masks, tokenizer: vocabulary.tokenizer)
        }
        #expect(check(#"{"b": "ab"}"#).isAdmitted)
        let wrong = try #require(check(#"{"b": "x"}"#).refusal)
        #expect(wrong.position == 7 && !wrong.allowed.isEmpty && !wrong.canEnd)
        let short = try #require(check(#"{"b": "a""#).refusal)
        #expect(short.position == 9 && short.allowed.count > 0)
    }
}
