// SPDX-License-Identifier: Apache-2.0

/// How many characters or words must be put in, left out or changed to make one text of another.
///
/// After V. Levenshtein, 1966.
struct TextDistance {
    /// What is compared.
    enum Unit {
        /// Characters; spaces of any length are one space.
        case characters
        /// Words.
        case words
    }

    /// How many must be changed.
    let distance: Int
    /// How many the text has that should be there.
    let length: Int

    /// Compares a text with what it should be.
    init(_ expected: String, _ actual: String, by unit: Unit) {
        let (a, b) = (Self.pieces(expected, unit), Self.pieces(actual, unit))
        var last = Array(0...b.count)
        for (i, piece) in a.enumerated() {
            var row = [i + 1]
            for (j, other) in b.enumerated() {
                row.append(min(last[j] + (piece == other ? 0 : 1), last[j + 1] + 1, row[j] + 1))
            }
            last = row
        }
        self.distance = last[b.count]
        self.length = a.count
    }

    private static func pieces(_ text: String, _ unit: Unit) -> [String] {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        return unit == .words ? words : words.joined(separator: " ").map { String($0) }
    }
}
