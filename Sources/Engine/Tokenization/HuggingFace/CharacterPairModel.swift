// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// Byte pair encoding over characters: what has no token becomes bytes where the model falls back to them, else unknown.
struct CharacterPairModel: PieceModel {
    private let tokens: TokenTable
    private let merges: MergeTable
    private let byteTokens: [TokenID]?
    private let unknown: TokenID?
    private let fusesUnknown: Bool
    private let prefersWholePieces: Bool

    /// Whether no token goes on after a mark for a space that follows something else, so that text may be cut there.
    let cutsAtMarks: Bool

    /// Builds the tables.
    ///
    /// - Throws: ``TokenizerError`` when they contradict themselves.
    init(_ document: TokenizerDocument, tokens: TokenTable) throws {
        let part = document.modelPart
        self.tokens = tokens
        self.byteTokens = part.bool("byte_fallback", false) ? tokens.byteTokens : nil
        self.fusesUnknown = part.bool("fuse_unk", false)
        self.prefersWholePieces = part.bool("ignore_merges", false)
        self.unknown = try document.unknown(in: tokens)
        var merges = MergeTable(capacity: document.merges.count / 2)
        var hasInnerMark = false
        for index in 0..<document.merges.count / 2 {
            let left = document.merges[2 * index]
            let right = document.merges[2 * index + 1]
            let whole = Array(left) + right
            guard let first = tokens.id(of: Array(left)), let second = tokens.id(of: Array(right)),
                let product = tokens.id(of: whole)
            else {
                throw part.malformed("the merge '\(String(decoding: whole, as: UTF8.self))' is of or to no token")
            }
            hasInnerMark = hasInnerMark || Self.hasInnerMark(whole)
            merges.insert(first, second, Merge(rank: Int32(index), symbol: product))
        }
        self.merges = merges
        self.cutsAtMarks = !hasInnerMark && !self.prefersWholePieces && tokens.id(of: PieceCutter.spaceMark) != nil
    }

    /// Whether a text has a mark behind something else.
    private static func hasInnerMark(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        while rest.starts(with: PieceCutter.spaceMark) { rest = rest.dropFirst(3) }
        while let first = rest.firstIndex(of: PieceCutter.spaceMark[0]) {
            if rest[first...].starts(with: PieceCutter.spaceMark) { return true }
            rest = rest[(first + 1)...]
        }
        return false
    }

    func encode(_ piece: UnsafeRawBufferPointer, into output: inout [TokenID]) {
        if self.prefersWholePieces {
            let id = self.tokens.find(piece)
            if id >= 0 { return output.append(id) }
        }
        var engine = MergeEngine()
        self.fill(&engine, piece)
        engine.run(self.merges, over: piece)
        for symbol in engine.pieces { output.append(symbol.symbol) }
    }

    /// Fills in the characters' symbols.
    private func fill(_ engine: inout MergeEngine, _ piece: UnsafeRawBufferPointer) {
        let bytes = piece.assumingMemoryBound(to: UInt8.self)
        var offset = 0
        while offset < bytes.count {
            let range = offset..<offset + ScalarBytes.scalar(bytes, offset).length
            offset = range.upperBound
            let id = self.tokens.find(piece.part(range))
            if id >= 0 {
                engine.pieces.append(.init(symbol: id, start: Int32(range.lowerBound), length: Int32(range.count)))
            } else if let byteTokens = self.byteTokens {
                for place in range {
                    engine.pieces.append(.init(symbol: byteTokens[Int(bytes[place])], start: Int32(place), length: 1))
                }
            } else if let unknown = self.unknown {
                let last = engine.pieces.count - 1
                if self.fusesUnknown, last >= 0, engine.pieces[last].symbol == unknown {
                    engine.pieces[last].length += Int32(range.count)
                } else {
                    engine.pieces.append(
                        .init(symbol: unknown, start: Int32(range.lowerBound), length: Int32(range.count)))
                }
            }
        }
    }
}

extension TokenizerDocument {
    /// The token that `unk_token` names, if any.
    ///
    /// - Throws: ``TokenizerError`` when the vocabulary lacks it.
    func unknown(in tokens: TokenTable) throws -> TokenID? {
        guard let text = self.model["unk_token"]?.stringValue else { return nil }
        guard let id = tokens.id(of: Array(text.utf8)) else {
            throw self.modelPart.malformed("the vocabulary lacks its 'unk_token' '\(text)'")
        }
        return id
    }
}
