// SPDX-License-Identifier: Apache-2.0

/// Reading and writing characters in UTF-8 that is known to be valid.
enum ScalarBytes {
    /// The characters of a text.
    static func scalars(_ bytes: [UInt8]) -> [UInt32] {
        var result = [UInt32]()
        result.reserveCapacity(bytes.count)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars { result.append(scalar.value) }
        return result
    }

    /// The bytes of characters.
    static func bytes(_ scalars: [UInt32]) -> [UInt8] {
        var result = [UInt8]()
        result.reserveCapacity(scalars.count * 2)
        for scalar in scalars { Self.append(scalar, to: &result) }
        return result
    }

    /// Appends a character.
    static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        if value < 0x80 { return bytes.append(UInt8(value)) }
        bytes.append(contentsOf: UTF8.encode(Unicode.Scalar(value) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter)
    }

    /// Whether a character is white space.
    @inline(__always)
    static func isSpace(_ value: UInt32) -> Bool {
        value < 0x80
            ? value == 0x20 || (0x09...0x0D).contains(value) : Unicode.Scalar(value)?.properties.isWhitespace == true
    }

    /// Whether a character is punctuation, ASCII's symbols included.
    static func isPunctuation(_ value: UInt32) -> Bool {
        switch value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        case 0..<0x80: false
        default: GeneralCategory.punctuation.contains(scalar: value)
        }
    }

    /// Whether a character belongs to words as regular expressions of Unicode have it (Technical Standard 18).
    static func isWord(_ value: UInt32) -> Bool {
        if value < 0x80 { return GeneralCategory.word.contains(scalar: value) }
        return GeneralCategory.word.contains(scalar: value) || value == 0x200C || value == 0x200D
            || Unicode.Scalar(value)?.properties.isAlphabetic == true
    }

    /// The lower-case form of a character, one or more.
    static func lowercase(_ value: UInt32, into result: inout [UInt32]) {
        if value < 0x80 { return result.append((0x41...0x5A).contains(value) ? value + 0x20 : value) }
        guard let scalar = Unicode.Scalar(value), scalar.properties.changesWhenLowercased else {
            return result.append(value)
        }
        for lower in scalar.properties.lowercaseMapping.unicodeScalars { result.append(lower.value) }
    }
}

extension ScalarBytes {
    /// The character at a byte of a valid text, and how many bytes it takes.
    @inline(__always)
    static func scalar(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int) -> (value: UInt32, length: Int) {
        let first = UInt32(text[offset])
        if first < 0x80 { return (first, 1) }
        let second = UInt32(text[offset + 1] & 0x3F)
        if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
        let third = UInt32(text[offset + 2] & 0x3F)
        if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
        return ((first & 0x07) << 18 | second << 12 | third << 6 | UInt32(text[offset + 3] & 0x3F), 4)
    }
}
