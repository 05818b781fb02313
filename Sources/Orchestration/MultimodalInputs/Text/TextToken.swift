// SPDX-License-Identifier: Apache-2.0

/// A piece of a text that means something by itself.
package struct TextToken: Sendable, Hashable {
    /// What a token is.
    package enum Kind: String, Sendable, Hashable {
        /// A word; of scripts without spaces each character is one.
        case word
        /// A number, with what stands between its digits: `1,000.5`, `10:30`, `2026-11-30`.
        case number
        /// The address of a page.
        case link
        /// The address of a mailbox.
        case mail
        /// Anything else.
        case mark
    }

    /// The token.
    package var text: String
    /// What it is.
    package var kind: Kind
    /// Whether a space, or the beginning of the text, stands before it.
    package var followsSpace: Bool
}
