// SPDX-License-Identifier: Apache-2.0

/// Finds what a text names by rules over its tokens, in English and Chinese.
struct EntityFinder {
    private let tokens: [TextToken]
    private var place = 0

    /// The entities of a text, in its order.
    static func entities(of tokens: [TextToken]) -> [TextEntity] {
        var (finder, entities) = (EntityFinder(tokens: tokens), [TextEntity]())
        while finder.place < tokens.count {
            if let entity = finder.next() { entities.append(entity) } else { finder.place += 1 }
        }
        return entities
    }

    private init(tokens: [TextToken]) { self.tokens = tokens }

    private subscript(offset: Int) -> TextToken? {
        let index = self.place + offset
        return self.tokens.indices.contains(index) ? self.tokens[index] : nil
    }

    /// Takes so many tokens as an entity.
    private mutating func take(_ kind: TextEntity.Kind, _ count: Int) -> TextEntity {
        defer { self.place += count }
        var text = ""
        for (index, token) in self.tokens[self.place..<self.place + count].enumerated() {
            text += (index > 0 && token.followsSpace ? " " : "") + token.text
        }
        return TextEntity(kind: kind, text: text)
    }

    private mutating func next() -> TextEntity? {
        guard let token = self[0] else { return nil }
        switch token.kind {
        case .link: return self.take(.link, 1)
        case .mail: return self.take(.mail, 1)
        case .mark:
            return EntityWords.currencies.contains(token.text) && self[1]?.kind == .number ? self.take(.money, 2) : nil
        case .number: return self.number(token.text)
        case .word: return self.month() ?? self.chinese() ?? self.name()
        }
    }

    // MARK: - Numbers

    private mutating func number(_ text: String) -> TextEntity? {
        if let count = self.chineseDate() { return self.take(.date, count) }
        let parts = text.split(whereSeparator: { "-/:".contains($0) }).map(\.count)
        if text.contains(":"), parts.count >= 2, parts.dropFirst().allSatisfy({ $0 == 2 }), parts[0] <= 2 {
            let hasHalf = ["am", "pm"].contains(self[1]?.text.lowercased())
            return self.take(.time, hasHalf ? 2 : 1)
        }
        if text.contains("-") || text.contains("/"), parts.count == 3, parts[0] == 4 || parts[2] == 4 || parts[2] == 2 {
            return self.take(.date, 1)
        }
        guard let following = self[1] else { return nil }
        if following.text == "%" || following.text == "％" { return self.take(.percentage, 2) }
        if EntityWords.currencies.contains(following.text)
            || EntityWords.moneyWords.contains(following.text.lowercased())
        {
            return self.take(.money, 2)
        }
        if EntityWords.months.contains(following.text.lowercased()) {
            return self.take(.date, self[2]?.kind == .number && self[2]?.text.count == 4 ? 3 : 2)
        }
        return EntityWords.units.contains(following.text.lowercased()) ? self.take(.quantity, 2) : nil
    }

    /// How many tokens a date such as 2026年11月30日 has.
    private func chineseDate() -> Int? {
        var count = 0
        for mark in ["年", "月", "日"] where self[count]?.kind == .number && self[count + 1]?.text == mark { count += 2 }
        return count >= 2 ? count : nil
    }

    /// A date that begins with its month.
    private mutating func month() -> TextEntity? {
        guard let token = self[0], EntityWords.months.contains(token.text.lowercased()),
            token.text.first?.isUppercase == true,
            let day = self[1], day.kind == .number
        else { return nil }
        if self[2]?.text == ",", self[3]?.kind == .number, self[3]?.text.count == 4 { return self.take(.date, 4) }
        return self.take(.date, self[2]?.kind == .number && self[2]?.text.count == 4 ? 3 : 2)
    }

    // MARK: - Names

    /// A Chinese name that ends as those of organisations and places do; longer endings come first.
    private mutating func chinese() -> TextEntity? {
        guard let first = self[0], Self.isHan(first.text), !EntityWords.chineseStops.contains(first.text) else {
            return nil
        }
        for length in 2...10 {
            guard let token = self[length - 1], Self.isHan(token.text), !EntityWords.chineseStops.contains(token.text)
            else {
                break
            }
            let text = (0..<length).compactMap { self[$0]?.text }.joined()
            for (kind, endings) in EntityWords.chineseEndings {
                if endings.contains(where: { text.hasSuffix($0) && text.count > $0.count }) {
                    return self.take(kind, length)
                }
            }
        }
        return nil
    }

    /// A sequence of English words with capitals, by their titles and endings.
    private mutating func name() -> TextEntity? {
        var count = 0
        while let token = self[count], token.kind == .word, Self.isCapital(token.text) {
            count += 1
            // The full stop of a title belongs to it.
            if EntityWords.titles.contains(token.text.lowercased()), self[count]?.text == "." { count += 1 }
        }
        guard count > 0, let first = self[0] else { return nil }
        let words = (0..<count).compactMap { self[$0]?.text.lowercased() }
        let begins = self.place == 0 || ".!?。！？".contains(self.tokens[self.place - 1].text)
        // What stands before a title is no part of the name: a word that begins a sentence, mostly.
        if let title = words.firstIndex(where: { EntityWords.titles.contains($0) }),
            words.dropFirst(title + 1).contains(where: { $0 != "." })
        {
            self.place += title
            return self.take(.person, count - title)
        }
        if EntityWords.titles.contains(words[0]) { return nil }
        if let last = words.last, EntityWords.organizations.contains(last), count > 1 {
            return self.take(.organization, count)
        }
        if EntityWords.places.contains(words.joined(separator: " ")) { return self.take(.place, count) }
        // A word that begins a sentence has its capital from there.
        if count == 1, begins || first.text.count == 1 || EntityWords.months.contains(words[0]) { return nil }
        return self.take(.name, count)
    }

    private static func isHan(_ text: String) -> Bool { text.unicodeScalars.allSatisfy { UnicodeScript($0) == .han } }

    private static func isCapital(_ text: String) -> Bool {
        text.first?.isUppercase == true && text.unicodeScalars.first.flatMap { UnicodeScript($0) } == .latin
            && !(text == "I" || text.hasPrefix("I'"))
    }
}
