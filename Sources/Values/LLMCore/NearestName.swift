// SPDX-License-Identifier: Apache-2.0

/// Finds the known name that somebody who mistyped one probably meant.
public enum NearestName {
    /// The most names that are looked at, so that no foreign list can make an error slow.
    private static let maximumCandidates = 1_000

    /// The known name with the smallest edit distance, if it is near enough to be worth suggesting.
    ///
    /// - Parameters:
    ///   - name: What was written.
    ///   - known: The names that would have been accepted.
    /// - Returns: The nearest name, or nil when all are too far away.
    public static func find(_ name: String, in known: some Sequence<String>) -> String? {
        let written = Array(name.lowercased().prefix(64))
        var best: (name: String, distance: Int)?
        for candidate in known.prefix(Self.maximumCandidates) {
            let distance = Self.distance(written, Array(candidate.lowercased().prefix(64)))
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(2, max(written.count, best.name.count) * 2 / 5) else { return nil }
        return best.name
    }

    /// A sentence for an error message: a suggestion when one is near, else the list of known names.
    ///
    /// - Parameters:
    ///   - name: What was written.
    ///   - known: The names that would have been accepted.
    /// - Returns: `Did you mean 'x'?` or `Known: a, b, c.`
    public static func hint(for name: String, in known: some Sequence<String>) -> String {
        let known = Array(known.prefix(Self.maximumCandidates))
        if let nearest = self.find(name, in: known) { return "Did you mean '\(nearest)'?" }
        return known.isEmpty ? "None are known." : "Known: \(known.sorted().joined(separator: ", "))."
    }

    /// Levenshtein distance with transpositions (optimal string alignment).
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast = [Int]()
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i]
            for j in 1...b.count {
                var cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { cost = min(cost, beforeLast[j - 2] + 1) }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
