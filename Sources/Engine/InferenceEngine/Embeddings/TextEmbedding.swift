// SPDX-License-Identifier: Apache-2.0

/// What an encoder makes of a text.
package struct TextEmbedding: Sendable, Hashable {
    /// The embedding.
    package let vector: [Float]
    /// Tokens that were read, special ones included.
    package let tokenCount: Int
    /// Whether the text was longer than the model can read, and its end is missing.
    package let isTruncated: Bool
}
