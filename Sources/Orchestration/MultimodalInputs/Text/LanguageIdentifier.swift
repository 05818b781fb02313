// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// Tells the language of a text by its script and, among languages in Latin letters, by its letters and usual words.
///
/// Nothing here was learnt from texts: the profiles are made of lists of each language's usual words, written for this
/// project (``FunctionWords``), as probabilities of their sequences of three letters (W. Cavnar, J. Trenkle: N-Gram-Based
/// Text Categorization, 1994).
public struct LanguageIdentifier: Sendable {
    /// A language and how likely it is.
    public struct Guess: Sendable, Hashable {
        /// The language by ISO 639-1, or `und` where nothing tells.
        public var language: String
        /// How likely it is, from 0 to 1.
        public var confidence: Double
    }

    private static let maximumScalars = 4_000
    private static let wordBonus = 4.0

    private let profiles: [(language: String, words: Set<String>, trigrams: [String: Double], floor: Double)]

    /// Makes an identifier.
    public init() {
        self.profiles = FunctionWords.lists.map { language, list in
            let words = list.split(separator: " ").map(String.init)
            var counts: [String: Double] = [:]
            for word in words { for trigram in Self.trigrams(word) { counts[trigram, default: 0] += 1 } }
            let total = counts.values.reduce(0, +) + Double(counts.count + 1)
            return (language, Set(words), counts.mapValues { Double.log(($0 + 1) / total) }, Double.log(1 / total / 4))
        }
    }

    /// Tells the language of a text, of which the first 4,000 characters count.
    public func identify(_ text: String) -> Guess {
        let scalars = text.unicodeScalars.prefix(Self.maximumScalars)
        var counts: [UnicodeScript: Int] = [:]
        for scalar in scalars { if let script = UnicodeScript(scalar) { counts[script, default: 0] += 1 } }
        let total = counts.values.reduce(0, +)
        guard let (script, count) = counts.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }) else {
            return Guess(language: "und", confidence: 0)
        }
        let share = Double(count) / Double(total)
        // Japanese mixes kana into characters that Chinese has, too.
        let kana = counts[.kana] ?? 0
        switch script {
        case .han where 10 * kana >= count:
            return Guess(language: "ja", confidence: share + Double(kana) / Double(total))
        case .latin: return self.latin(String(String.UnicodeScalarView(scalars)), share: share)
        default: return Guess(language: script.language(of: scalars), confidence: share)
        }
    }

    private func latin(_ text: String, share: Double) -> Guess {
        let words = text.lowercased().split { !$0.isLetter && $0 != "'" }.map(String.init)
        let trigrams = words.flatMap { Self.trigrams($0) }
        guard !trigrams.isEmpty else { return Guess(language: "und", confidence: 0) }
        let scores = self.profiles.map { profile in
            trigrams.reduce(0) { $0 + (profile.trigrams[$1] ?? profile.floor) }
                + Self.wordBonus * Double(words.count { profile.words.contains($0) })
        }
        let best = scores.max() ?? 0
        // Neighbouring trigrams tell nearly the same; what counts is their mean over a few words.
        let weight = 1 / max(1, Double(trigrams.count) / 12)
        let shares = scores.map { Double.exp(($0 - best) * weight) }
        let index = scores.firstIndex(of: best) ?? 0
        return Guess(language: self.profiles[index].language, confidence: share / shares.reduce(0, +))
    }

    private static func trigrams(_ word: String) -> [String] {
        let letters = Array(" \(word) ")
        guard letters.count >= 3 else { return [] }
        return (0...letters.count - 3).map { String(letters[$0..<$0 + 3]) }
    }
}
