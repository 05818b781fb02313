// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import OrderedCollections

/// Turns one piece of text into tokens, whatever stands around it.
protocol PieceModel: Sendable {
    /// Appends the tokens of a piece.
    ///
    /// - Parameters:
    ///   - piece: Valid UTF-8, not empty.
    ///   - output: Where the tokens are appended.
    func encode(_ piece: UnsafeRawBufferPointer, into output: inout [TokenID])
}

extension TokenizerDocument {
    /// The part that describes the model.
    var modelPart: TokenizerPart {
        TokenizerPart(role: "model", json: .object(.init(uniqueKeysWithValues: self.model)), source: self.source)
    }

    /// The model's type; files that lack it tell by their tables.
    var modelType: String {
        if let type = self.model["type"]?.stringValue { return type }
        if !self.scores.isEmpty { return "Unigram" }
        return self.merges.count > 0 ? "BPE" : "WordPiece"
    }

    /// A table of the model's tokens by their texts.
    ///
    /// - Throws: ``TokenizerError`` when two tokens have the same text.
    func tokenTable() throws -> TokenTable {
        var table = TokenTable(capacity: self.tokens.count)
        table.reserve(strings: self.tokens.count, bytes: self.tokens.bytes.count)
        for id in 0..<self.tokens.count {
            let text = self.tokens[id]
            if let twin = text.withUnsafeBytes({ table.append($0, findable: !$0.isEmpty) }) {
                throw TokenizerError.sameText(text, twin, TokenID(id))
            }
        }
        return table
    }
}

extension TokenTable {
    /// The token with exactly these bytes, or nil.
    func id(of text: [UInt8]) -> TokenID? {
        let id = text.withUnsafeBytes { self.find($0) }
        return id >= 0 ? id : nil
    }

    /// The tokens of each byte, written as `<0x0A>`; nil unless all are there.
    var byteTokens: [TokenID]? {
        let tokens = (0...255).compactMap { self.id(of: ByteTokenName.text(UInt8($0))) }
        return tokens.count == 256 ? tokens : nil
    }
}
