// SPDX-License-Identifier: Apache-2.0

/// Texts whose tokens are computed together; no text sees another one, and nothing is padded.
package struct EncoderBatch: Sendable {
    /// Every text's tokens, one text after the other.
    private(set) var tokens: [Int32] = []
    /// The rows of each text.
    package private(set) var texts: [Range<Int>] = []

    /// An empty batch.
    package init() {}

    /// Tokens of all texts.
    package var count: Int { self.tokens.count }

    /// Adds a text.
    package mutating func append(_ tokens: some Collection<Int32>) {
        let start = self.tokens.count
        self.tokens.append(contentsOf: tokens)
        self.texts.append(start..<self.tokens.count)
    }
}
