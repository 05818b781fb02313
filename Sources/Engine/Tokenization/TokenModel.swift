// SPDX-License-Identifier: Apache-2.0

/// Turns text without special tokens into tokens.
protocol TokenModel: Sendable {
    /// The bytes that each token stands for.
    var pieces: ByteStringList { get }

    /// Appends the tokens of a text.
    ///
    /// - Parameters:
    ///   - text: Any bytes.
    ///   - followsText: Whether ordinary text lies directly before, as opposed to a special token or nothing.
    ///   - output: Where the tokens are appended.
    func encode(_ text: UnsafeRawBufferPointer, followsText: Bool, into output: inout [TokenID])

    /// The token of a text as the file writes it.
    func token(spelled text: String) -> TokenID?
}

extension UnsafeRawBufferPointer {
    /// The part of the buffer in a range, counted from zero.
    @inline(__always)
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[range]) }
}
