// SPDX-License-Identifier: Apache-2.0

/// A text in which `*` stands for any characters.
public struct GlobPattern: Sendable, Hashable {
    private let parts: [[UInt8]]

    /// Reads a pattern.
    public init(_ text: String) {
        self.parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    /// Whether a text is one of those that are meant.
    public func matches(_ text: String) -> Bool {
        let text = Array(text.utf8)
        guard let first = self.parts.first, let last = self.parts.last else { return text.isEmpty }
        if self.parts.count == 1 { return text == first }
        guard text.count >= first.count + last.count, text.starts(with: first),
            text.suffix(last.count).elementsEqual(last)
        else { return false }
        // Each part between the stars is taken where it is found first.
        var place = first.count
        let end = text.count - last.count
        for part in self.parts.dropFirst().dropLast() where !part.isEmpty {
            guard
                let found = (place..<max(place, end)).first(where: {
                    $0 + part.count <= end && text[$0..<$0 + part.count].elementsEqual(part)
                })
            else { return false }
            place = found + part.count
        }
        return true
    }
}
