// SPDX-License-Identifier: Apache-2.0

/// Takes texts apart, in time that grows with their length alone.
enum TextTokenizer {
    /// The tokens of a text.
    static func tokens(of text: some StringProtocol) -> [TextToken] {
        text.split(whereSeparator: \.isWhitespace).flatMap { Self.tokens(ofPiece: Array($0)) }
    }

    /// The tokens of a piece without spaces.
    private static func tokens(ofPiece piece: [Character]) -> [TextToken] {
        let core = piece.count - piece.reversed().prefix { ".,;:!?)。，；：！？）".contains($0) }.count
        let address = String(piece[..<core])
        if let kind = Self.address(address) {
            return [TextToken(text: address, kind: kind, followsSpace: true)]
                + piece[core...].map { TextToken(text: String($0), kind: .mark, followsSpace: false) }
        }
        var tokens: [TextToken] = []
        var place = 0
        while place < piece.count {
            let start = place
            let kind: TextToken.Kind
            if Self.standsAlone(piece[place]) {
                (kind, place) = (.word, place + 1)
            } else if piece[place].isLetter {
                while place < piece.count, Self.continuesWord(piece, place) { place += 1 }
                kind = .word
            } else if piece[place].isWholeNumber, piece[place].isASCII {
                while place < piece.count, Self.continuesNumber(piece, place) { place += 1 }
                kind = .number
            } else {
                (kind, place) = (.mark, place + 1)
            }
            tokens.append(TextToken(text: String(piece[start..<place]), kind: kind, followsSpace: start == 0))
        }
        return tokens
    }

    private static func address(_ text: String) -> TextToken.Kind? {
        let lower = text.lowercased()
        if ["http://", "https://", "ftp://", "www."].contains(where: { lower.hasPrefix($0) && lower.count > $0.count })
        {
            return .link
        }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), !parts[1].hasPrefix("."),
            parts.allSatisfy({ $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._%+-".contains($0)) } })
        else { return nil }
        return .mail
    }

    /// Whether a character is a word by itself: scripts without spaces have no others that can be told without a dictionary.
    private static func standsAlone(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first, let script = UnicodeScript(scalar) else { return false }
        return script == .han || script == .kana || script == .thai
    }

    private static func continuesWord(_ piece: [Character], _ place: Int) -> Bool {
        let character = piece[place]
        if character.isLetter { return !Self.standsAlone(character) }
        if character.isWholeNumber { return character.isASCII }
        return "'’-".contains(character) && place + 1 < piece.count && piece[place + 1].isLetter
    }

    private static func continuesNumber(_ piece: [Character], _ place: Int) -> Bool {
        let character = piece[place]
        if character.isASCII, character.isWholeNumber { return true }
        return ".,:/-".contains(character) && place + 1 < piece.count && piece[place + 1].isASCII
            && piece[place + 1].isWholeNumber
    }
}
