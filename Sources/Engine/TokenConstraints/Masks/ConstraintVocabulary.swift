// SPDX-License-Identifier: Apache-2.0

package import Tokenization

/// What masks need to know of a tokenizer; made once for each, and shared.
package final class ConstraintVocabulary: Sendable {
    /// The tokenizer.
    package let tokenizer: Tokenizer
    /// Every token that is text.
    package let trie: TokenTrie
    /// The tokens that end a generation.
    package let ends: [TokenID]
    /// The tokens that are runs of a class of scalars, by the class's number.
    private let slices: [FreeTextSlice]

    /// Sorts a tokenizer's tokens; takes some 30 milliseconds for 50,000 of them.
    package init(_ tokenizer: Tokenizer) {
        let ends = tokenizer.endOfGeneration
        let text = (0..<TokenID(tokenizer.vocabularySize)).filter {
            !ends.contains($0) && [.normal, .userDefined, .byte].contains(tokenizer.kind($0))
        }
        let texts = TokenTexts(text, of: tokenizer)
        self.tokenizer = tokenizer
        self.ends = ends.sorted()
        self.trie = TokenTrie(texts, texts.entries)
        self.slices = FreeText.Kind.allCases.map {
            FreeTextSlice($0, texts: texts, vocabularySize: tokenizer.vocabularySize)
        }
    }

    /// The tokens that are runs of a class, and those that are not.
    func slice(_ kind: FreeText.Kind) -> FreeTextSlice { self.slices[Int(kind.rawValue)] }

    /// An empty mask.
    var emptyMask: TokenMask { TokenMask(vocabularySize: self.tokenizer.vocabularySize) }
}
