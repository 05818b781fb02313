// SPDX-License-Identifier: Apache-2.0

/// Finds where texts name entities, the longest name first.
struct MentionFinder: Sendable {
    /// The entities by the first word of their names, with all words and their number.
    private var names: [String: [(key: [String], entity: Int)]] = [:]

    /// Prepares to find names.
    ///
    /// - Parameter keys: The words of each name (``EntityName/key(_:)``).
    init(_ keys: some Sequence<[String]>) {
        for (entity, key) in keys.enumerated() {
            if let first = key.first { self.names[first, default: []].append((key, entity)) }
        }
        for first in self.names.keys {
            self.names[first]?.sort { ($1.key.count, $0.entity) < ($0.key.count, $1.entity) }
        }
    }

    /// The mentions of entities in a text, in its order; none overlaps another.
    ///
    /// - Parameter words: The text's words (``EntityName/word(_:)``), nil where a word does not count.
    /// - Returns: The words of each mention, and whose it is.
    func mentions(in words: [String?]) -> [(words: Range<Int>, entity: Int)] {
        var (mentions, start) = ([(words: Range<Int>, entity: Int)](), 0)
        while start < words.count {
            if let word = words[start], let found = self.longest(from: start, word, words) {
                mentions.append(found)
                start = found.words.upperBound
            } else {
                start += 1
            }
        }
        return mentions
    }

    /// The longest mention that begins with a word.
    func longest(from start: Int, _ word: String, _ words: [String?]) -> (words: Range<Int>, entity: Int)? {
        for (key, entity) in self.names[word] ?? [] {
            var (place, end) = (start, start)
            for part in key {
                // Signs within a name do not count.
                while place < words.count, words[place] == nil { place += 1 }
                guard place < words.count, words[place] == part else { break }
                place += 1
                end = place
                if part == key.last, end - start >= key.count, Self.matches(key, words[start..<end]) {
                    return (start..<end, entity)
                }
            }
        }
        return nil
    }

    private static func matches(_ key: [String], _ words: ArraySlice<String?>) -> Bool {
        words.compactMap(\.self) == key
    }
}
