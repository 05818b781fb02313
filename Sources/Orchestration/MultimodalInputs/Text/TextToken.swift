// SPDX-License-Identifier: Apache-2.0

/// A piece of a text that means something by itself.
public struct TextToken: Sendable, Hashable {
    /// What a token is.
    public enum Kind: String, Sendable, Hashable {
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
    public var text: String
    /// What it is.
    public var kind: Kind
    /// Whether a space, or the beginning of the text, stands before it.
    public var followsSpace: Bool
}
