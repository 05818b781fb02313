// SPDX-License-Identifier: Apache-2.0

/// The visible characters by which byte-level vocabularies write bytes.
///
/// Bytes that print as themselves in Latin-1 stand for themselves; the others follow from U+0100 in order.
enum ByteAlphabet {
    /// The byte of each character from U+0000 to U+0143, or -1 where there is none.
    private static let byteOfScalar: [Int16] = {
        var table = [Int16](repeating: -1, count: 0x144)
        var next = 0x100
        for byte in 0..<256 {
            if isVisible(byte) {
                table[byte] = Int16(byte)
            } else {
                table[next] = Int16(byte)
                next += 1
            }
        }
        return table
    }()

    /// Whether a byte stands for itself.
    private static func isVisible(_ byte: Int) -> Bool {
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
    }

    /// The visible character of each byte, in UTF-8.
    private static let spellings: [[UInt8]] = {
        var spellings = [[UInt8]](repeating: [], count: 256)
        for (scalar, byte) in byteOfScalar.enumerated() where byte >= 0 {
            ScalarBytes.append(UInt32(scalar), to: &spellings[Int(byte)])
        }
        return spellings
    }()

    /// Appends the visible character of a byte.
    static func encode(_ byte: UInt8, into text: inout [UInt8]) { text.append(contentsOf: Self.spellings[Int(byte)]) }

    /// Appends the bytes that a text spells.
    ///
    /// - Returns: False when a character spells no byte; some bytes may have been appended then.
    static func decode(_ text: UnsafeRawBufferPointer, into bytes: inout [UInt8]) -> Bool {
        var offset = 0
        while offset < text.count {
            let first = Int(text[offset])
            var scalar = first
            offset += 1
            if first >= 0x80 {
                guard (0xC2...0xC5).contains(first), offset < text.count, text[offset] & 0xC0 == 0x80 else {
                    return false
                }
                scalar = (first & 0x1F) << 6 | Int(text[offset] & 0x3F)
                offset += 1
            }
            guard scalar < Self.byteOfScalar.count, Self.byteOfScalar[scalar] >= 0 else { return false }
            bytes.append(UInt8(truncatingIfNeeded: Self.byteOfScalar[scalar]))
        }
        return true
    }
}
