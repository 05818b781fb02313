// SPDX-License-Identifier: Apache-2.0

/// Finds where sentences end.
enum SentenceSplitter {
    private static let ends: Set<Character> = [".", "!", "?", "…"]
    private static let wideEnds: Set<Character> = ["。", "！", "？"]
    private static let closing: Set<Character> = ["\"", "'", ")", "]", "”", "’", "」", "』", "）", "》"]
    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "no", "vs", "etc", "e.g", "i.e", "inc", "ltd", "co", "corp",
        "fig", "vol", "approx", "usw", "bzw", "z.b", "d.h", "nr", "m", "mme", "mlle", "sra",
    ]

    /// The sentences of a text, without the spaces around them.
    static func sentences(of text: String) -> [String] {
        let characters = Array(text)
        var (sentences, start, place) = ([String](), 0, 0)
        func end(at end: Int) {
            let sentence = String(characters[start..<end]).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            if !sentence.isEmpty { sentences.append(sentence) }
            start = end
        }
        while place < characters.count {
            let character = characters[place]
            place += 1
            if character == "\n", place < characters.count, characters[place] == "\n" {
                end(at: place)
            } else if Self.wideEnds.contains(character) || Self.ends.contains(character) {
                while place < characters.count,
                    Self.ends.contains(characters[place]) || Self.wideEnds.contains(characters[place])
                { place += 1 }
                while place < characters.count, Self.closing.contains(characters[place]) { place += 1 }
                if Self.wideEnds.contains(character) || Self.ends(characters, from: start, at: place, character) {
                    end(at: place)
                }
            }
        }
        end(at: characters.count)
        return sentences
    }

    /// Whether a full stop or such ends a sentence: a space and no small letter follow, and no abbreviation stands before.
    private static func ends(_ characters: [Character], from start: Int, at place: Int, _ end: Character) -> Bool {
        guard place < characters.count else { return true }
        guard characters[place].isWhitespace else { return false }
        let next = characters[place...].prefix(16).first { !$0.isWhitespace }
        if let next, next.isLowercase { return false }
        guard end == "." else { return true }
        let before = characters[start..<place - 1].reversed().prefix { !$0.isWhitespace }.prefix(12)
        let word = String(before.reversed()).lowercased()
        let isInitial = word.count == 1 && word.first?.isLetter == true && word != "i"
        return !isInitial && !Self.abbreviations.contains(word)
    }
}
