// SPDX-License-Identifier: Apache-2.0

/// The scalars that the first bytes of a character may become.
package struct UTF8Range: Hashable, Sendable {
    /// The scalars, without surrogates at either end.
    package let scalars: ClosedRange<UInt32>
    /// Bytes that are missing.
    package let missing: Int

    /// How many bytes a character takes that begins with a byte; 1 for bytes that begin none.
    package static func length(_ first: UInt8) -> Int {
        switch first {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }

    /// What the first bytes of a character, or all of them, may become; nil when they begin no character.
    package init?(leading bytes: some Collection<UInt8>) {
        guard let first = bytes.first, let begun = Self(first: first) else { return nil }
        var range = begun
        for byte in bytes.dropFirst() {
            guard let next = range.appending(byte) else { return nil }
            range = next
        }
        self = range
    }

    /// What a character may become that begins with a byte; nil when none does.
    package init?(first: UInt8) {
        switch first {
        case 0x00...0x7F: self.init(UInt32(first), missing: 0, within: 0...0x7F)
        case 0xC2...0xDF: self.init(UInt32(first & 0x1F), missing: 1, within: 0x80...0x7FF)
        case 0xE0...0xEF: self.init(UInt32(first & 0x0F), missing: 2, within: 0x800...0xFFFF)
        case 0xF0...0xF4: self.init(UInt32(first & 0x07), missing: 3, within: 0x10000...0x10FFFF)
        default: return nil
        }
    }

    /// One more byte; nil when it cannot follow.
    package func appending(_ byte: UInt8) -> Self? {
        guard self.missing > 0, byte & 0xC0 == 0x80 else { return nil }
        return Self(self.bits << 6 | UInt32(byte & 0x3F), missing: self.missing - 1, within: self.scalars)
    }

    /// The bits read so far.
    private let bits: UInt32

    /// The scalars within a range that begin with some bits; nil when there are none.
    private init?(_ bits: UInt32, missing: Int, within range: ClosedRange<UInt32>) {
        let shift = UInt32(6 * missing)
        var low = max(bits << shift, range.lowerBound)
        var high = min(bits << shift | (1 << shift - 1), range.upperBound)
        if (0xD800...0xDFFF).contains(low) { low = 0xE000 }
        if (0xD800...0xDFFF).contains(high) { high = 0xD7FF }
        guard low <= high else { return nil }
        self.bits = bits
        self.scalars = low...high
        self.missing = missing
    }
}
