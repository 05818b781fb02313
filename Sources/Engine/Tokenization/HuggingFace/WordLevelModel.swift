// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// Whole words only: a piece is a token, or unknown.
struct WordLevelModel: PieceModel {
    private let tokens: TokenTable
    private let unknown: TokenID?

    /// Builds the tables.
    ///
    /// - Throws: ``TokenizerError`` when the vocabulary lacks its unknown token.
    init(_ document: TokenizerDocument, tokens: TokenTable) throws {
        self.tokens = tokens
        self.unknown = try document.unknown(in: tokens)
    }

    func encode(_ piece: UnsafeRawBufferPointer, into output: inout [TokenID]) {
        let id = self.tokens.find(piece)
        if id >= 0 { output.append(id) } else if let unknown { output.append(unknown) }
    }
}
