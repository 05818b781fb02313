// SPDX-License-Identifier: Apache-2.0

/// Makes any bytes into text whose characters can be read without checks.
///
/// A byte that begins no character becomes U+FFFD, each byte for itself. Characters written with more bytes than
/// needed are written anew; encoded surrogates stay as they are. This is how the reference implementation reads text.
enum TextRepair {
    /// Whether every character is complete and needs no repair.
    static func isSound(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var offset = 0
        while offset < bytes.count {
            if bytes[offset] < 0x80 {
                offset += 1
            } else if let (value, length) = Self.decode(bytes, offset), Self.length(of: value) == length {
                offset += length
            } else {
                return false
            }
        }
        return true
    }

    /// Repairs bytes.
    static func repaired(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result = [UInt8]()
        result.reserveCapacity(bytes.count + bytes.count / 8)
        var offset = 0
        while offset < bytes.count {
            if let (value, length) = Self.decode(bytes, offset) {
                Self.append(value, to: &result)
                offset += length
            } else {
                Self.append(0xFFFD, to: &result)
                offset += 1
            }
        }
        return result
    }

    /// Reads the character at an offset, or nil when none begins there.
    private static func decode(_ bytes: UnsafeBufferPointer<UInt8>, _ offset: Int) -> (value: UInt32, length: Int)? {
        let first = bytes[offset]
        let length =
            switch first {
            case 0x00..<0x80: 1
            case 0xC0..<0xE0: 2
            case 0xE0..<0xF0: 3
            case 0xF0..<0xF8: 4
            default: 0
            }
        guard length > 0, offset + length <= bytes.count else { return nil }
        if length == 1 { return (UInt32(first), 1) }
        var value = UInt32(first) & (0x7F >> UInt32(length))
        for next in bytes[(offset + 1)..<(offset + length)] {
            guard next & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(next & 0x3F)
        }
        return value <= 0x10FFFF ? (value, length) : nil
    }

    /// How many bytes a character needs.
    private static func length(of value: UInt32) -> Int {
        value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4
    }

    /// Writes a character.
    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        let length = Self.length(of: value)
        guard length > 1 else { return bytes.append(UInt8(value)) }
        let mark: [UInt8] = [0, 0, 0xC0, 0xE0, 0xF0]
        bytes.append(mark[length] | UInt8(value >> UInt32(6 * (length - 1))))
        for place in (0..<length - 1).reversed() {
            bytes.append(0x80 | UInt8(value >> UInt32(6 * place) & 0x3F))
        }
    }
}
