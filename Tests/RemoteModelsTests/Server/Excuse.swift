// SPDX-License-Identifier: Apache-2.0

/// A failure that is known of a server: a whole sentence, in which a star stands for anything.
struct Excuse {
    private let parts: [Substring]

    init(_ sentence: String) { self.parts = sentence.split(separator: "*", omittingEmptySubsequences: false) }

    /// Whether a failure is the one that is known.
    func covers(_ failure: String) -> Bool {
        guard let first = self.parts.first, let last = self.parts.last, failure.hasPrefix(first) else { return false }
        guard self.parts.count > 1 else { return failure == first }
        var rest = failure.dropFirst(first.count)
        for part in self.parts.dropFirst().dropLast() {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
