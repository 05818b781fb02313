// SPDX-License-Identifier: Apache-2.0

/// Which words of a text name entities.
///
/// A word is part of a name where it has a digit or an upper-case letter, unless it is common, such as "The"; and where it belongs to one of
/// the names that are known, which is how names are found in Chinese.
package struct NameRules: Sendable {
    /// Words with upper-case letters that are no names.
    package let common: Set<String>
    /// The words of each name that is known (``EntityName/key(_:)``).
    package let known: [[String]]
    private let finder: MentionFinder

    /// Makes rules.
    package init(common: Set<String>, known: [[String]]) {
        (self.common, self.known) = (common, known)
        self.finder = MentionFinder(known)
    }

    /// Learns rules from texts.
    ///
    /// - Parameters:
    ///   - texts: Texts, and the entities that each of them names.
    package init(texts: some Sequence<(text: String, entities: [String])>) {
        var (upper, lower) = ([String: Int](), [String: Int]())
        var (known, names) = (Set<[String]>(), [[String]]())
        for (text, entities) in texts {
            let keys = entities.map(EntityName.key)
            for (entity, key) in zip(entities, keys) where !key.isEmpty && Self.isNamed(entity) {
                if known.insert(key).inserted { names.append(key) }
            }
            let words = EntityName.words(of: text)
            let mentions = MentionFinder(keys).mentions(in: words.map(EntityName.word))
            let named = Set(mentions.flatMap { Array($0.words) })
            for (index, word) in words.enumerated() where !named.contains(index) {
                let word = Self.bare(word)
                if Self.isMarked(word) { upper[word, default: 0] += 1 } else { lower[word, default: 0] += 1 }
            }
        }
        // A word that texts have in lower case as well, and not by the way.
        let common = upper.filter { word, count in (lower[word.lowercased()] ?? 0) >= max(2, count / 5) }
        self.init(common: Set(common.keys), known: names)
    }

    /// A word without the mark of spaces.
    private static func bare(_ word: String) -> String {
        String(String.UnicodeScalarView(word.unicodeScalars.filter { $0 != SubwordVocabulary.wordMark }))
    }

    /// Whether a word looks like a name.
    private static func isMarked(_ word: String) -> Bool {
        word.unicodeScalars.contains { $0.properties.isUppercase || $0.properties.numericType != nil }
    }

    /// Whether an entity has a name, and is not merely a word such as "blues".
    private static func isNamed(_ entity: String) -> Bool {
        self.isMarked(entity) || entity.unicodeScalars.count { $0.properties.isIdeographic } > 1
    }

    /// The names in a text that are none of those allowed.
    ///
    /// - Parameter allowed: The words of each name that may be there.
    /// - Returns: The words of each other name, in the text's order.
    package func others(in text: String, than allowed: [[String]]) -> [[String]] {
        self.others(in: text, than: MentionFinder(allowed))
    }

    /// The names in a text that are none of those allowed.
    func others(in text: String, than allowed: MentionFinder) -> [[String]] {
        let words = EntityName.words(of: text)
        let parts = words.map(EntityName.word)
        var (others, place) = ([[String]](), 0)
        while place < words.count {
            guard let part = parts[place] else {
                place += 1
                continue
            }
            let own = allowed.longest(from: place, part, parts)?.words
            let known = self.finder.longest(from: place, part, parts)?.words
            if let own, own.count >= known?.count ?? 0 {
                place = own.upperBound
            } else if let known {
                others.append(parts[known].compactMap(\.self))
                place = known.upperBound
            } else if case let word = Self.bare(words[place]), Self.isMarked(word), !self.common.contains(word) {
                others.append([part])
                place += 1
            } else {
                place += 1
            }
        }
        return others
    }
}
