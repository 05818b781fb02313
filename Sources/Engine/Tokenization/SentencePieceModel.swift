// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// SentencePiece-style tokens: characters are merged to whichever neighbouring pair makes the best-scored token.
struct SentencePieceModel: TokenModel {
    /// U+2581, which stands for a space inside tokens.
    private static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]

    let pieces: ByteStringList

    /// The tokens by their texts.
    private let tokens: TokenTable

    /// How early each token is made: tokens of equal score have equal ranks.
    private let ranks: [Int32]

    /// What each byte becomes when a character is no token, or -1.
    private let byteTokens: [TokenID]

    /// Whether a space is put before text that follows no text.
    private let addsSpacePrefix: Bool

    /// Whether no token goes on after a space mark that follows something else, so that words can be merged one by one.
    private let cutsAtSpaces: Bool

    /// Builds the tables.
    ///
    /// - Parameters:
    ///   - vocabulary: Tokens and scores.
    ///   - kinds: What each token is for.
    ///   - unknown: The token for bytes that have none.
    /// - Throws: ``TokenizerError`` when two tokens have the same text.
    init(_ vocabulary: Vocabulary, kinds: [TokenKind], unknown: TokenID?) throws {
        let list = vocabulary.tokens
        var tokens = TokenTable(capacity: list.count)
        var pieces = ByteStringList()
        tokens.reserve(strings: list.count, bytes: list.bytes.count)
        pieces.reserve(strings: list.count, bytes: list.bytes.count)
        for id in 0..<list.count {
            let text = list[id]
            if let twin = text.withUnsafeBytes({ tokens.append($0, findable: !$0.isEmpty) }) {
                throw TokenizerError.sameText(text, twin, TokenID(id))
            }
            switch kinds[id] {
            case .normal: pieces.append(Self.replacing(Self.spaceMark, by: [0x20], in: text))
            case .control, .userDefined, .unknown: pieces.append(text)
            case .byte: pieces.append(ByteTokenName.byte(text).map { [$0] } ?? [])
            case .unused, .undefined: pieces.append([])
            }
        }
        self.tokens = tokens
        self.pieces = pieces
        self.ranks = Self.ranks(vocabulary.scores, count: list.count)
        self.byteTokens = (0...255).map { byte in
            let named = ByteTokenName.text(UInt8(byte)).withUnsafeBytes { tokens.find($0) }
            let plain = [UInt8(byte)].withUnsafeBytes { tokens.find($0) }
            return named >= 0 ? named : plain >= 0 ? plain : unknown ?? -1
        }
        self.addsSpacePrefix = vocabulary.addsSpacePrefix ?? true
        self.cutsAtSpaces = !(0..<list.count).contains { Self.hasInnerSpace(list[$0]) }
    }

    func token(spelled text: String) -> TokenID? {
        let id = Array(text.utf8).withUnsafeBytes { self.tokens.find($0) }
        return id >= 0 ? id : nil
    }

    func encode(_ text: UnsafeRawBufferPointer, followsText: Bool, into output: inout [TokenID]) {
        var escaped = self.addsSpacePrefix && !followsText ? Self.spaceMark : []
        escaped.reserveCapacity(escaped.count + text.count + text.count / 2)
        for byte in text {
            if byte == 0x20 { escaped.append(contentsOf: Self.spaceMark) } else { escaped.append(byte) }
        }
        escaped.withUnsafeBytes { self.encodeEscaped($0, into: &output) }
    }

    /// Encodes text whose spaces are marks.
    private func encodeEscaped(_ text: UnsafeRawBufferPointer, into output: inout [TokenID]) {
        var cache = WordCache(textSize: text.count)
        var engine = MergeEngine()
        var start = 0
        while start < text.count {
            let word = start..<self.wordEnd(text, start)
            start = word.upperBound
            guard word.count <= WordCache.longestWord else {
                self.encodeWord(text.part(word), &engine, into: &output)
                continue
            }
            if let hash = cache.append(text, word, to: &output) {
                let first = output.count
                self.encodeWord(text.part(word), &engine, into: &output)
                cache.remember(word, hash: hash, output: first..<output.count)
            }
        }
    }

    /// Where a word ends: before a space mark that follows something else.
    private func wordEnd(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
        guard self.cutsAtSpaces else { return text.count }
        var offset = start
        var sawOther = false
        while offset < text.count {
            let length = min(Self.symbolLength(text[offset]), text.count - offset)
            let isMark = length == 3 && text[offset] == 0xE2 && text[offset + 1] == 0x96 && text[offset + 2] == 0x81
            if isMark, sawOther { break }
            if !isMark { sawOther = true }
            offset += length
        }
        return offset
    }

    /// Encodes one word.
    private func encodeWord(_ word: UnsafeRawBufferPointer, _ engine: inout MergeEngine, into output: inout [TokenID]) {
        engine.pieces.removeAll(keepingCapacity: true)
        var offset = 0
        while offset < word.count {
            let length = min(Self.symbolLength(word[offset]), word.count - offset)
            let symbol = self.tokens.find(word.part(offset..<offset + length))
            engine.pieces.append(MergeEngine.Piece(symbol: symbol, start: Int32(offset), length: Int32(length)))
            offset += length
        }
        engine.run(self, over: word)
        for piece in engine.pieces {
            if piece.symbol >= 0 {
                output.append(piece.symbol)
            } else {
                let start = Int(piece.start)
                for byte in word[start..<start + Int(piece.length)] where self.byteTokens[Int(byte)] >= 0 {
                    output.append(self.byteTokens[Int(byte)])
                }
            }
        }
    }

    /// How many bytes the character takes that begins with a byte, sound or not.
    @inline(__always)
    private static func symbolLength(_ first: UInt8) -> Int {
        first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    }

    /// Whether a token has a space mark after something else.
    private static func hasInnerSpace(_ text: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(text)
        guard bytes.count > 3 else { return false }
        let marks = (0...bytes.count - 3).filter { bytes[$0...].starts(with: Self.spaceMark) }
        return marks.enumerated().contains { $0.element != 3 * $0.offset }
    }

    /// A text with one byte string replaced by another.
    private static func replacing(_ old: [UInt8], by new: [UInt8], in text: ArraySlice<UInt8>) -> [UInt8] {
        var result = [UInt8]()
        var rest = text
        while let first = rest.first {
            if rest.starts(with: old) {
                result += new
                rest = rest.dropFirst(old.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// Ranks by falling score.
    private static func ranks(_ scores: [Float], count: Int) -> [Int32] {
        guard scores.count >= count else { return [Int32](repeating: 0, count: count) }
        let order = (0..<count).sorted { scores[$0] > scores[$1] || (scores[$0].isFinite && scores[$1].isNaN) }
        var ranks = [Int32](repeating: 0, count: count)
        var rank: Int32 = 0
        for (place, id) in order.enumerated() {
            if place > 0, scores[order[place - 1]] != scores[id] { rank += 1 }
            ranks[id] = rank
        }
        return ranks
    }
}

extension SentencePieceModel: MergeRule {
    @inline(__always)
    func merge(_ left: Int32, _ right: Int32, spelling bytes: UnsafeRawBufferPointer) -> Merge? {
        let id = self.tokens.find(bytes)
        return id >= 0 ? Merge(rank: self.ranks[Int(id)], symbol: id) : nil
    }
}
