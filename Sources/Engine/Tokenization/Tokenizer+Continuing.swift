// SPDX-License-Identifier: Apache-2.0

extension Tokenizer {
    /// The tokens of a text that goes on where another ends, so that no space is put before it.
    package func encode(continuing bytes: some Sequence<UInt8>) -> [TokenID] {
        var output = [TokenID]()
        Array(bytes).withUnsafeBytes {
            self.core.encode($0, parseSpecial: false, followsText: true, into: &output)
        }
        return output
    }
}
