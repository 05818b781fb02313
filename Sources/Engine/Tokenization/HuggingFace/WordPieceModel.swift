// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// WordPiece: the longest token that begins a word, then the longest that continues it, and so on.
struct WordPieceModel: PieceModel {
    private let tokens: TokenTable
    /// The tokens that continue words, without their prefix, each with its number.
    private let continuations: TokenTable
    private let continuationIDs: [TokenID]
    private let unknown: TokenID
    private let longestWord: Int

    /// Builds the tables.
    ///
    /// - Throws: ``TokenizerError`` when they contradict themselves.
    init(_ document: TokenizerDocument, tokens: TokenTable) throws {
        let part = document.modelPart
        guard let unknown = try document.unknown(in: tokens) else { throw part.malformed("'unk_token' must be text") }
        self.unknown = unknown
        self.tokens = tokens
        self.longestWord = part.json["max_input_chars_per_word"]?.integerValue ?? 100
        let prefix = Array((part.json["continuing_subword_prefix"]?.stringValue ?? "##").utf8)
        var continuations = TokenTable(capacity: document.tokens.count)
        var ids = [TokenID]()
        for id in 0..<document.tokens.count where document.tokens[id].starts(with: prefix) {
            let text = document.tokens[id].dropFirst(prefix.count)
            guard !text.isEmpty else { continue }
            text.withUnsafeBytes { _ = continuations.append($0) }
            ids.append(TokenID(id))
        }
        (self.continuations, self.continuationIDs) = (continuations, ids)
    }

    func encode(_ piece: UnsafeRawBufferPointer, into output: inout [TokenID]) {
        let characters = piece.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
        guard characters <= self.longestWord else { return output.append(self.unknown) }
        let first = output.count
        var start = 0
        while start < piece.count {
            let table = start == 0 ? self.tokens : self.continuations
            guard let (place, end) = Self.longest(in: table, piece, start) else {
                output.removeLast(output.count - first)
                return output.append(self.unknown)
            }
            output.append(start == 0 ? place : self.continuationIDs[Int(place)])
            start = end
        }
    }

    /// The longest string of a table that a word goes on with.
    private static func longest(
        in table: TokenTable, _ word: UnsafeRawBufferPointer, _ start: Int
    ) -> (place: TokenID, end: Int)? {
        var end = min(word.count, start + table.longest)
        while end > start {
            // Only whole characters.
            if end == word.count || word[end] & 0xC0 != 0x80 {
                let place = table.find(word.part(start..<end))
                if place >= 0 { return (place, end) }
            }
            end -= 1
        }
        return nil
    }
}
