// SPDX-License-Identifier: Apache-2.0

/// A tokenizer as GGUF files describe it: a model with a vocabulary, and special tokens found before it.
struct VocabularyCore: TokenizerCore {
    private let splitter: SpecialTokenSplitter
    private let model: any TokenModel
    let prefix: [TokenID]
    let suffix: [TokenID]
    let addsSpacePrefix: Bool

    /// Makes the tokenizer of a vocabulary.
    ///
    /// - Throws: ``TokenizerError`` when the vocabulary contradicts itself or needs something that is not supported.
    init(_ vocabulary: Vocabulary, special: SpecialTokens) throws {
        var habit = (begin: true, prefix: true)
        switch vocabulary.model {
        case .bytePair:
            let cutter = try PreTokenizer(named: vocabulary.preTokenizer)
            self.model = try BytePairModel(vocabulary, kinds: special.kinds, preTokenizer: cutter)
            habit = (begin: cutter.addsBeginOfText, prefix: false)
        case .sentencePiece:
            self.model = try SentencePieceModel(vocabulary, kinds: special.kinds, unknown: special.unknown)
        }
        self.splitter = SpecialTokenSplitter(vocabulary, kinds: special.kinds)
        let begins = vocabulary.addsBeginOfText ?? habit.begin
        self.prefix = begins ? [special.beginOfText].compactMap { $0 } : []
        self.suffix = vocabulary.addsEndOfText == true ? [special.endOfText].compactMap { $0 } : []
        self.addsSpacePrefix = vocabulary.model == .sentencePiece && (vocabulary.addsSpacePrefix ?? habit.prefix)
    }

    var pieces: ByteStringList { self.model.pieces }

    func token(spelled text: String) -> TokenID? { self.model.token(spelled: text) }

    func encode(
        _ text: UnsafeRawBufferPointer, parseSpecial: Bool, followsText: Bool, into output: inout [TokenID]
    ) {
        var followsText = followsText
        for fragment in self.splitter.split(text, parseSpecial: parseSpecial) {
            switch fragment {
            case .token(let id):
                output.append(id)
                followsText = false
            case .text(let range):
                self.model.encode(text.part(range), followsText: followsText, into: &output)
                followsText = true
            }
        }
    }

    /// The bytes of a text's tokens; a space that encoding put before the text is taken away again.
    func decode(_ ids: [TokenID], isControl: (TokenID) -> Bool) -> [UInt8] {
        var bytes = [UInt8]()
        var mayDropSpace = self.addsSpacePrefix
        for id in ids {
            let start = bytes.count
            bytes.append(contentsOf: self.pieces[Int(id)])
            guard mayDropSpace, bytes.count > start, !isControl(id) else { continue }
            if bytes[start] == 0x20 { bytes.remove(at: start) }
            mayDropSpace = false
        }
        return bytes
    }
}
