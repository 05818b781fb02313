// SPDX-License-Identifier: Apache-2.0

/// Everything a model file says about its tokenizer.
package struct Vocabulary: Sendable {
    /// How text becomes tokens.
    package enum Model: String, Sendable, CaseIterable {
        /// Byte-level byte pair encoding.
        case bytePair = "gpt2"
        /// SentencePiece-style merging by score, with a fallback to bytes.
        case sentencePiece = "llama"
    }

    /// How text becomes tokens.
    package var model: Model

    /// The tokens' texts, as the file writes them (byte-level vocabularies spell bytes as visible characters).
    package var tokens: ByteStringList

    /// What each token is for; empty when the file does not say, and all are then normal.
    package var kinds: [TokenKind] = []

    /// How good each token is; empty when the file does not say, and all are then equal.
    package var scores: [Float] = []

    /// The pairs to be merged, best first, each as two texts with one space between.
    package var merges = ByteStringList()

    /// How text is cut into words first, such as `llama-bpe`; nil when the file does not say.
    package var preTokenizer: String?

    /// The special tokens the file names, by the key's last part, such as `bos` for `tokenizer.ggml.bos_token_id`.
    package var namedTokens: [String: Int] = [:]

    /// Whether the beginning-of-text token is put first; nil for the model's habit.
    package var addsBeginOfText: Bool?

    /// Whether the end-of-text token is put last; nil for the model's habit.
    package var addsEndOfText: Bool?

    /// Whether a space is put before the text; nil for the model's habit.
    package var addsSpacePrefix: Bool?

    /// The model's name, on which the treatment of white space around special tokens depends.
    package var modelName: String?

    /// A vocabulary of a model and its tokens; set the other properties as needed.
    package init(model: Model, tokens: ByteStringList) {
        self.model = model
        self.tokens = tokens
    }

    /// What a token is for.
    func kind(_ id: Int) -> TokenKind { id < self.kinds.count ? self.kinds[id] : .normal }
}
