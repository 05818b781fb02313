// SPDX-License-Identifier: Apache-2.0

internal import Tokenization

/// The bytes of many tokens in one piece of memory, in the bytes' order.
struct TokenTexts {
    /// One token's bytes.
    struct Entry {
        let token: TokenID
        let start: Int32
        let count: Int32
        /// The first eight bytes as a number, which decides nearly every comparison.
        fileprivate let key: UInt64

        /// Where the bytes are.
        var range: Range<Int> { Int(self.start)..<Int(self.start + self.count) }
    }

    let bytes: [UInt8]
    let entries: [Entry]

    /// Longer tokens are left out: no state is kept for so many bytes.
    private static let longestToken = 1024

    /// Puts tokens in order; those without bytes, and very long ones, are left out.
    init(_ tokens: [TokenID], of tokenizer: Tokenizer) {
        var bytes: [UInt8] = []
        var entries: [Entry] = []
        bytes.reserveCapacity(tokens.count * 8)
        entries.reserveCapacity(tokens.count)
        for token in tokens {
            let start = bytes.count
            tokenizer.appendBytes(of: token, to: &bytes)
            let count = bytes.count - start
            guard count > 0, count <= Self.longestToken else {
                bytes.removeLast(count)
                continue
            }
            var key: UInt64 = 0
            for place in 0..<8 { key = key << 8 | (place < count ? UInt64(bytes[start + place]) : 0) }
            entries.append(Entry(token: token, start: Int32(start), count: Int32(count), key: key))
        }
        bytes.withUnsafeBufferPointer { bytes in
            entries.sort { one, other in
                if one.key != other.key { return one.key < other.key }
                return bytes[one.range].lexicographicallyPrecedes(bytes[other.range])
            }
        }
        self.bytes = bytes
        self.entries = entries
    }
}
