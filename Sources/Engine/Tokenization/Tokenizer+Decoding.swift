// SPDX-License-Identifier: Apache-2.0

extension Tokenizer {
    /// The text of tokens; bytes that are not UTF-8 become U+FFFD, tokens that do not exist nothing.
    ///
    /// - Parameters:
    ///   - ids: The tokens.
    ///   - skipSpecial: Whether control tokens are left out.
    package func decode(_ ids: some Sequence<TokenID>, skipSpecial: Bool = true) -> String {
        String(decoding: self.decodeBytes(ids, skipSpecial: skipSpecial), as: UTF8.self)
    }

    /// The bytes of tokens.
    ///
    /// A space that encoding puts before a text is taken away again.
    /// - Parameters:
    ///   - ids: The tokens.
    ///   - skipSpecial: Whether control tokens are left out.
    package func decodeBytes(_ ids: some Sequence<TokenID>, skipSpecial: Bool = true) -> [UInt8] {
        self.wholeText(of: ids.filter { self.has($0) && !(skipSpecial && self.isControl($0)) })
    }
}
