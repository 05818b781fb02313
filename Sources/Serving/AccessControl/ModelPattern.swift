// SPDX-License-Identifier: Apache-2.0

/// The name of a model, or the beginning of names (`intent-*`).
package struct ModelPattern: Sendable, Hashable {
    private let text: String
    private let isPrefix: Bool

    /// Reads a pattern; only a star at its end means something.
    package init(_ text: String) {
        self.isPrefix = text.hasSuffix("*")
        self.text = self.isPrefix ? String(text.dropLast()) : text
    }

    /// Whether it stands for a name.
    package func matches(_ name: String) -> Bool { self.isPrefix ? name.hasPrefix(self.text) : name == self.text }
}
