// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// Builds the tables of ``BytePairModel`` from a vocabulary's texts.
struct BytePairBuilder {
    private(set) var symbols: TokenTable
    private(set) var pieces = ByteStringList()
    private(set) var merges: MergeTable
    private(set) var unspellable: [String: TokenID] = [:]

    /// Empty tables of the right size.
    init(_ vocabulary: Vocabulary) {
        self.symbols = TokenTable(capacity: vocabulary.tokens.count + 512)
        self.symbols.reserve(strings: vocabulary.tokens.count + 512, bytes: vocabulary.tokens.bytes.count)
        self.pieces.reserve(strings: vocabulary.tokens.count, bytes: vocabulary.tokens.bytes.count)
        self.merges = MergeTable(capacity: vocabulary.merges.count)
    }

    /// Adds all tokens.
    mutating func addTokens(_ vocabulary: Vocabulary, _ kinds: [TokenKind]) throws {
        var spelled = [UInt8]()
        for id in 0..<vocabulary.tokens.count {
            let text = vocabulary.tokens[id]
            spelled.removeAll(keepingCapacity: true)
            let isSpellable = text.withUnsafeBytes { ByteAlphabet.decode($0, into: &spelled) } && !spelled.isEmpty
            if !isSpellable { spelled = Array(text) }
            let twin = spelled.withUnsafeBytes { self.symbols.append($0, findable: isSpellable) }
            if let twin { throw TokenizerError.sameText(text, twin, TokenID(id)) }
            if !isSpellable, !text.isEmpty {
                let twin = self.unspellable.updateValue(TokenID(id), forKey: String(decoding: text, as: UTF8.self))
                if let twin, vocabulary.tokens[Int(twin)] == text {
                    throw TokenizerError.sameText(text, twin, TokenID(id))
                }
            }
            switch kinds[id] {
            case .normal: self.pieces.append(spelled)
            case .control, .userDefined, .unknown: self.pieces.append(text)
            case .byte: self.pieces.append(ByteTokenName.byte(text).map { [$0] } ?? [])
            case .unused, .undefined: self.pieces.append([])
            }
        }
    }

    /// Adds all merges, best first.
    mutating func addMerges(_ list: ByteStringList) {
        var joined = [UInt8]()
        list.bytes.withUnsafeBytes { bytes in
            for index in 0..<list.count {
                let text = bytes.part(list.range(index))
                // The left part has at least one byte, so a space in front belongs to it.
                guard let space = text.dropFirst().firstIndex(of: 0x20) else { continue }
                joined.removeAll(keepingCapacity: true)
                guard ByteAlphabet.decode(text.part(0..<space), into: &joined) else { continue }
                let middle = joined.count
                guard ByteAlphabet.decode(text.part(space + 1..<text.count), into: &joined) else { continue }
                guard middle > 0, middle < joined.count else { continue }
                let left = self.symbol(of: joined[..<middle])
                let right = self.symbol(of: joined[middle...])
                let merge = Merge(rank: Int32(truncatingIfNeeded: index), symbol: self.symbol(of: joined[...]))
                self.merges.insert(left, right, merge)
            }
        }
    }

    /// The symbol of some bytes, made up if there is none yet.
    mutating func symbol(of bytes: ArraySlice<UInt8>) -> Int32 {
        bytes.withUnsafeBytes { bytes in
            let known = self.symbols.find(bytes)
            if known >= 0 { return known }
            let symbol = Int32(self.symbols.strings.count)
            _ = self.symbols.append(bytes)
            return symbol
        }
    }
}

/// Tokens that stand for one byte, written as `<0x0A>`.
enum ByteTokenName {
    /// The byte of a token's text, or nil when the text is something else.
    static func byte(_ text: ArraySlice<UInt8>) -> UInt8? {
        guard text.count == 6, text.starts(with: "<0x".utf8), text.last == UInt8(ascii: ">") else { return nil }
        return UInt8(String(decoding: text.dropFirst(3).prefix(2), as: UTF8.self), radix: 16)
    }

    /// The text of a byte's token.
    static func text(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
    }
}
