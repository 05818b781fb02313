// SPDX-License-Identifier: Apache-2.0

/// What a tokenizer does, whatever kind of file describes it.
protocol TokenizerCore: Sendable {
    /// The bytes that each token stands for inside a text.
    var pieces: ByteStringList { get }

    /// The tokens that the model wants before a text.
    var prefix: [TokenID] { get }

    /// The tokens that the model wants behind a text.
    var suffix: [TokenID] { get }

    /// Whether the model sees a space before text that begins without one.
    var addsSpacePrefix: Bool { get }

    /// Appends the tokens of a text without what the model wants around it.
    ///
    /// - Parameters:
    ///   - text: Any bytes.
    ///   - parseSpecial: Whether the spelling of a control token becomes that token.
    ///   - output: Where the tokens are appended.
    func encode(
        _ text: UnsafeRawBufferPointer, parseSpecial: Bool, followsText: Bool, into output: inout [TokenID])

    /// The token of a text as the file writes it.
    func token(spelled text: String) -> TokenID?

    /// The bytes of a whole text's tokens, all of which exist.
    ///
    /// - Parameters:
    ///   - ids: The tokens.
    ///   - isControl: Whether a token steers the model and is no part of the text.
    func decode(_ ids: [TokenID], isControl: (TokenID) -> Bool) -> [UInt8]
}
