// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// Byte-level byte pair encoding: words are cut first, then their bytes are merged by a list of pairs.
struct BytePairModel: TokenModel {
    let pieces: ByteStringList

    /// Everything that merging can produce, by its bytes: first the tokens, then products that are no tokens.
    private let symbols: TokenTable

    /// Tokens whose text spells no bytes, such as added words in other scripts.
    private let unspellable: [String: TokenID]

    /// The merges.
    private let merges: MergeTable

    /// How many tokens there are; symbols from here on are no tokens.
    private let tokenCount: Int

    /// The symbol of each byte.
    private let byteSymbols: [Int32]

    /// How text is cut into words.
    private let preTokenizer: PreTokenizer

    /// Builds the tables.
    ///
    /// - Parameters:
    ///   - vocabulary: Tokens and merges.
    ///   - kinds: What each token is for.
    ///   - preTokenizer: How text is cut into words.
    /// - Throws: ``TokenizerError`` when two tokens have the same text.
    init(_ vocabulary: Vocabulary, kinds: [TokenKind], preTokenizer: PreTokenizer) throws {
        var builder = BytePairBuilder(vocabulary)
        try builder.addTokens(vocabulary, kinds)
        builder.addMerges(vocabulary.merges)
        self.pieces = builder.pieces
        self.byteSymbols = (0...255).map { builder.symbol(of: [UInt8($0)]) }
        self.symbols = builder.symbols
        self.unspellable = builder.unspellable
        self.merges = builder.merges
        self.tokenCount = vocabulary.tokens.count
        self.preTokenizer = preTokenizer
    }

    func token(spelled text: String) -> TokenID? {
        if let id = self.unspellable[text] { return id }
        var bytes = [UInt8]()
        guard Array(text.utf8).withUnsafeBytes({ ByteAlphabet.decode($0, into: &bytes) }) else { return nil }
        let id = bytes.withUnsafeBytes { self.symbols.find($0) }
        return id >= 0 && Int(id) < self.tokenCount ? id : nil
    }

    func encode(_ text: UnsafeRawBufferPointer, followsText: Bool, into output: inout [TokenID]) {
        let bytes = text.assumingMemoryBound(to: UInt8.self)
        if TextRepair.isSound(bytes) {
            self.encodeSound(bytes, into: &output)
        } else {
            TextRepair.repaired(bytes).withUnsafeBufferPointer { self.encodeSound($0, into: &output) }
        }
    }

    /// Encodes repaired text.
    private func encodeSound(_ bytes: UnsafeBufferPointer<UInt8>, into output: inout [TokenID]) {
        let ends = ScalarClass.withTable { self.preTokenizer.wordEnds(in: ScalarText(bytes, table: $0)) } ?? []
        let text = UnsafeRawBufferPointer(bytes)
        var cache = WordCache(textSize: bytes.count)
        var engine = MergeEngine()
        var start = 0
        for end in ends {
            let word = start..<end
            start = end
            if word.count == 1 {
                self.append(self.byteSymbols[Int(text[word.lowerBound])], text.part(word), to: &output)
            } else if word.count > WordCache.longestWord {
                self.encodeWord(text.part(word), &engine, into: &output)
            } else if let hash = cache.append(text, word, to: &output) {
                let first = output.count
                self.encodeWord(text.part(word), &engine, into: &output)
                cache.remember(word, hash: hash, output: first..<output.count)
            }
        }
    }

    /// Encodes one word.
    private func encodeWord(_ word: UnsafeRawBufferPointer, _ engine: inout MergeEngine, into output: inout [TokenID]) {
        if self.preTokenizer.prefersWholeWords {
            let id = self.symbols.find(word)
            if id >= 0, Int(id) < self.tokenCount { return output.append(id) }
        }
        engine.pieces.removeAll(keepingCapacity: true)
        for (place, byte) in word.enumerated() {
            engine.pieces.append(
                MergeEngine.Piece(symbol: self.byteSymbols[Int(byte)], start: Int32(place), length: 1))
        }
        engine.run(self.merges, over: word)
        for piece in engine.pieces {
            let start = Int(piece.start)
            self.append(piece.symbol, word.part(start..<start + Int(piece.length)), to: &output)
        }
    }

    /// Appends a symbol's token; a symbol that is no token falls back to the tokens of its bytes.
    @inline(__always)
    private func append(_ symbol: Int32, _ bytes: UnsafeRawBufferPointer, to output: inout [TokenID]) {
        if symbol < self.tokenCount { return output.append(symbol) }
        for byte in bytes where self.byteSymbols[Int(byte)] < self.tokenCount {
            output.append(self.byteSymbols[Int(byte)])
        }
    }
}

extension MergeTable: MergeRule {
    @inline(__always)
    func merge(_ left: Int32, _ right: Int32, spelling bytes: UnsafeRawBufferPointer) -> Merge? {
        self.find(left, right)
    }
}
