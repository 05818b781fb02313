// SPDX-License-Identifier: Apache-2.0

internal import PluginKit

@Plugin("text-statistics", version: "1.0.0", description: "Tells how long texts and their words are.")
struct TextStatistics {
    struct Text: Codable {
        var text: String
        /// How many of the longest words to name; 3 if left out.
        var limit: Int?
    }

    struct Statistics: Codable {
        var words: Int
        var averageLength: Double
        var longest: [String]
        var size: Size
    }

    enum Size: String, Codable, CaseIterable {
        case short, long
    }

    /// Counts the words of a text, and names the longest.
    func measure(_ input: Text) async throws -> Statistics {
        let words = input.text.split { !$0.isLetter }.map(String.init)
        guard !words.isEmpty else { throw PluginFailure("empty-text", "The text has no words.") }
        let letters = words.reduce(0) { $0 + $1.count }
        let longest = Set(words).sorted { ($1.count, $0) < ($0.count, $1) }.prefix(input.limit ?? 3)
        return Statistics(
            words: words.count, averageLength: Double(letters) / Double(words.count), longest: Array(longest),
            size: words.count < 100 ? .short : .long)
    }
}
