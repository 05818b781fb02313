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

    /// Writes a number with all its leading zeros.
    static func text(_ value: some FixedWidthInteger & UnsignedInteger) -> String {
        var bytes: [UInt8] = []
        self.append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes a number behind other text.
    static func append(_ value: some FixedWidthInteger & UnsignedInteger, to bytes: inout [UInt8]) {
        for place in stride(from: value.bitWidth - 4, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: value >> place) & 0xF
            bytes.append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
        }
    }
}
