// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Cuts long texts where paragraphs, sentences or at least words end.
struct TextSplitter {
    /// The most tokens of a piece.
    var limit: Int
    /// Counts the tokens of a text.
    var count: (String) async throws -> Int

    /// Cuts where each piece has at most `limit` tokens of a model.
    init(limit: Int, model: any ModelAdapter) {
        self.limit = limit
        self.count = { try await model.tokenEstimate($0) }
    }

    /// The pieces, which together are the text; each but the smallest texts has at least a third of the limit.
    func pieces(of text: String) async throws -> [String] {
        try Task.checkCancellation()
        let characters = Array(text)
        guard characters.count > 1, try await self.count(text) > self.limit else { return [text] }
        let cut = Self.cut(characters)
        let halves = [String(characters[..<cut]), String(characters[cut...])]
        return try await self.pieces(of: halves[0]) + self.pieces(of: halves[1])
    }

    /// Where to cut a text of two or more characters: near its middle, at the best border there.
    private static func cut(_ text: [Character]) -> Int {
        let middle = text.count / 2
        let reach = max(1, text.count / 10)
        let places = max(1, middle - reach)...min(text.count - 1, middle + reach)
        let best = places.max { left, right in
            let (a, b) = (Self.border(text, left), Self.border(text, right))
            return a == b ? abs(left - middle) > abs(right - middle) : a < b
        }
        return best ?? middle
    }

    /// How good a place is to cut before: 3 after a paragraph, 2 after a sentence, 1 after a word, 0 elsewhere.
    private static func border(_ text: [Character], _ place: Int) -> Int {
        let (before, after) = (text[place - 1], text[place])
        if before.isNewline { return after.isNewline ? 0 : place > 1 && text[place - 2].isNewline ? 3 : 2 }
        if "。！？".contains(before) { return 2 }
        guard before.isWhitespace, !after.isWhitespace else { return 0 }
        return place > 1 && ".!?…:".contains(text[place - 2]) ? 2 : 1
    }
}

extension ModelAdapter {
    /// The tokens of a text; where the model cannot count them, what they would be at three bytes each.
    func tokenEstimate(_ text: String) async throws -> Int {
        do { return try await self.tokenCount(.raw(text)) } catch let error as LLMError where error.code == .unsupported
        {
            return (text.utf8.count + 2) / 3
        }
    }
}
