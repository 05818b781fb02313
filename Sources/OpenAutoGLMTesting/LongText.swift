// SPDX-License-Identifier: Apache-2.0

/// A text that may be very long, for tables of test cases: a report shows only how it begins.
package struct LongText: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The whole text.
    package let text: String

    /// Wraps a text.
    package init(_ text: String) { self.text = text }

    /// Wraps a literal.
    package init(stringLiteral text: String) { self.text = text }

    /// How the text begins, and how long it is where that is not all.
    package var description: String {
        let start = self.text.unicodeScalars.prefix(80)
        return start.endIndex == self.text.endIndex ? self.text : "\(String(start))… (\(self.text.utf8.count) bytes)"
    }
}
