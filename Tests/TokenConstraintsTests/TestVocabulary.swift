// SPDX-License-Identifier: Apache-2.0

import Foundation
import ModelFiles
import Testing
import TokenConstraints
import Tokenization

/// Vocabularies for tests, each made once.
enum TestVocabulary {
    /// That of the default model.
    static let large = Result {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        let path = "\(cache)/autoglm/models/SmolLM2-135M-Instruct.Q4_1.gguf"
        try #require(FileManager.default.fileExists(atPath: path), "The default model is missing: run make setup.")
        return ConstraintVocabulary(try Tokenizer(gguf: GGUFFile(path: path)))
    }

    /// SentencePiece-style: all bytes, some words, and two tokens with the same bytes.
    static let small = Result {
        let words = [
            "a", "b", "ab", "abc", "\"", "\",", "{\"", "}", "▁", "▁the", "é", "1", "12", "0.", "\n", "true", "]",
        ]
        var names = ["<unk>", "<s>", "</s>"]
        var kinds: [TokenKind] = [.unknown, .control, .control]
        for byte in 0..<256 {
            names.append(String(format: "<0x%02X>", byte))
            kinds.append(.byte)
        }
        names += words
        kinds += words.map { _ in .normal }
        var vocabulary = Vocabulary(model: .sentencePiece, tokens: ByteStringList(names))
        vocabulary.kinds = kinds
        vocabulary.scores = names.map { -Float($0.utf8.count) }
        vocabulary.addsSpacePrefix = false
        return ConstraintVocabulary(try Tokenizer(vocabulary: vocabulary))
    }
}

/// The mask of a state, found by trying each token.
func bruteForceMask(
    _ automaton: any ByteAutomaton, _ state: AutomatonState, _ vocabulary: ConstraintVocabulary
) -> TokenMask {
    let tokenizer = vocabulary.tokenizer
    var mask = TokenMask(vocabularySize: tokenizer.vocabularySize)
    for token in 0..<TokenID(tokenizer.vocabularySize) {
        if vocabulary.ends.contains(token) {
            if automaton.accepts(state) { mask.insert(token) }
        } else if !tokenizer.isControl(token), let bytes = tokenizer.bytes(of: token), !bytes.isEmpty,
            !automaton.next(state, bytes).isDead
        {
            mask.insert(token)
        }
    }
    return mask
}
