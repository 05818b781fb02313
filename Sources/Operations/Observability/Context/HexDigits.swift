// SPDX-License-Identifier: Apache-2.0

/// Numbers as W3C's trace context writes them: lower-case hexadecimal digits, as many as the number has.
enum HexDigits {
    /// Reads digits; nil for any other character, capital letters included.
    static func value<Number: FixedWidthInteger & UnsignedInteger>(
        _ text: some StringProtocol, as _: Number.Type = Number.self
    ) -> Number? {
        guard text.utf8.count == Number.bitWidth / 4 else { return nil }
        var value: Number = 0
        for byte in text.utf8 {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            value = value << 4 | Number(digit)
        }
        return value
    }

    /// The 16 digits of a number.
    static func text(_ value: UInt64) -> String {
        var bytes: [UInt8] = []
        self.append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes the 16 digits of a number behind other text.
    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        for half in [UInt32(truncatingIfNeeded: value >> 32), UInt32(truncatingIfNeeded: value)] {
            // Each digit goes to a byte of its own, and those from 10 on to the letters, eight at a time.
            var digits = UInt64(half)
            digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
            digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
            digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0F
            let letters = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
            digits = digits &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
            withUnsafeBytes(of: digits.bigEndian) { bytes.append(contentsOf: $0) }
        }
    }
}
