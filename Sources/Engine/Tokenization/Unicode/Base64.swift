// SPDX-License-Identifier: Apache-2.0

/// Reads Base64 text.
enum Base64 {
    /// The bytes of a text, or nil when it is no Base64; white space is not allowed, padding may lack.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        var result = [UInt8]()
        result.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        var rest = text[...]
        while rest.last == UInt8(ascii: "=") { rest.removeLast() }
        for character in rest {
            guard let value = Self.value(of: character) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return result
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - 65)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - 71)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character + 4)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
