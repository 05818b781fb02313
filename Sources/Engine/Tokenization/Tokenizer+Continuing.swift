// SPDX-License-Identifier: Apache-2.0

extension Tokenizer {
    /// The tokens of a text that goes on where another ends, so that no space is put before it.
    package func encode(continuing bytes: some Sequence<UInt8>) -> [TokenID] {
        let newline = UInt8(ascii: "\n")
        guard self.addsSpacePrefix else {
            return self.encode(bytes: Array(bytes), addSpecial: false, parseSpecial: false)
        }
        // Only the first word of a text gets a space put before it; a line break is no part of a word.
        let tokens = self.encode(bytes: [newline] + bytes, addSpecial: false, parseSpecial: false)
        return Array(tokens.drop { self.bytes(of: $0) != [newline] }.dropFirst())
    }
}
