// SPDX-License-Identifier: Apache-2.0
package import LLMCore

/// The errors of tokenizers.
package enum TokenizerDomain: ErrorDomain {
    /// The family's name.
    package static let name = "tokenizer"
}

/// An error in a vocabulary.
package typealias TokenizerError = DomainError<TokenizerDomain>

extension TokenizerError.Code where Domain == TokenizerDomain {
    /// The vocabulary asks for a kind of tokenizer, or a way to cut text into words, that is not supported.
    package static var unsupported: Self { "unsupported" }
    /// The vocabulary contradicts itself.
    package static var malformed: Self { "malformed" }
}

extension TokenizerError where Domain == TokenizerDomain {
    /// The error for a text that two tokens have.
    static func sameText(_ text: ArraySlice<UInt8>, _ first: TokenID, _ second: TokenID) -> Self {
        let shown = String(decoding: text, as: UTF8.self)
        return Self(.malformed, "The tokens \(first) and \(second) of the vocabulary have the same text '\(shown)'.")
    }
}
