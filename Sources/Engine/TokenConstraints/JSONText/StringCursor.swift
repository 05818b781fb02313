// SPDX-License-Identifier: Apache-2.0

/// Where in a JSON string's spelling a text is: between two characters, or inside an escape or a character of several bytes.
struct StringCursor: Hashable {
    /// What was read of the present character.
    private enum Part: Int32 {
        case none, escape, digits, lowEscape, lowStart, lowDigits, bytes
    }

    /// The cursor as one number.
    let code: Int32

    /// Between two characters.
    static let between = Self(code: 0)

    /// What one more byte means.
    enum Step {
        /// The string ends.
        case end
        /// A character is complete.
        case scalar(UInt32)
        /// A character goes on; it will be one of some.
        case inside(StringCursor, [ClosedRange<UInt32>])
        /// No string goes on so.
        case nothing
    }

    init(code: Int32) { self.code = code }

    private init(_ part: Part, value: UInt32 = 0, count: Int32 = 0, high: UInt32 = 0) {
        // Three bits of part, three of count; then a character's bits, or sixteen bits of a code unit and ten of its pair.
        self.code = part.rawValue | count << 3 | Int32(value) << 6 | (part == .bytes ? 0 : Int32(high) << 18)
    }

    private var part: Part { Part(rawValue: self.code & 7) ?? .none }
    private var count: Int32 { self.code >> 3 & 7 }
    private var value: UInt32 { UInt32(self.code >> 6) & 0xFFF }
    private var bits: UInt32 { UInt32(self.code >> 6) }
    private var high: UInt32 { UInt32(self.code >> 18) }

    /// Reads one more byte.
    func step(_ byte: UInt8) -> Step {
        switch self.part {
        case .none: Self.first(byte)
        case .escape: Self.escaped(byte)
        case .digits: self.digit(byte)
        case .lowEscape: byte == UInt8(ascii: "\\") ? .inside(Self(.lowStart, high: self.high), [self.pairs]) : .nothing
        case .lowStart: byte == UInt8(ascii: "u") ? .inside(Self(.lowDigits, high: self.high), [self.pairs]) : .nothing
        case .lowDigits: self.lowDigit(byte)
        case .bytes: self.continuation(byte)
        }
    }

    private static let all: [ClosedRange<UInt32>] = [0...0xD7FF, 0xE000...0x10FFFF]

    private static func first(_ byte: UInt8) -> Step {
        switch byte {
        case 0x00..<0x20: .nothing
        case UInt8(ascii: "\""): .end
        case UInt8(ascii: "\\"): .inside(Self(.escape), Self.all)
        case 0x20..<0x80: .scalar(UInt32(byte))
        default:
            // The missing bytes are counted down; the length tells which encodings would be too long.
            UTF8Range(first: byte).map { range in
                let bits = UInt32(byte) & (0x3F >> UInt32(range.missing))
                return .inside(
                    Self(.bytes, value: bits, count: Int32(range.missing) | (range.missing == 3 ? 4 : 0)),
                    [range.scalars])
            } ?? .nothing
        }
    }

    private static func escaped(_ byte: UInt8) -> Step {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): .scalar(UInt32(byte))
        case UInt8(ascii: "b"): .scalar(0x08)
        case UInt8(ascii: "f"): .scalar(0x0C)
        case UInt8(ascii: "n"): .scalar(0x0A)
        case UInt8(ascii: "r"): .scalar(0x0D)
        case UInt8(ascii: "t"): .scalar(0x09)
        case UInt8(ascii: "u"): .inside(Self(.digits), Self.all)
        default: .nothing
        }
    }

    /// One more of the four digits of a code unit.
    private func digit(_ byte: UInt8) -> Step {
        guard let digit = Self.hexadecimal(byte) else { return .nothing }
        let value = self.value << 4 | digit
        guard self.count < 3 else {
            if (0xD800..<0xDC00).contains(value) {
                let next = Self(.lowEscape, high: value - 0xD800)
                return .inside(next, [next.pairs])
            }
            return (0xDC00..<0xE000).contains(value) ? .nothing : .scalar(value)
        }
        let shift = UInt32(4 * (3 - self.count))
        let ranges = Self.scalars(of: value << shift...(value << shift | (1 << shift - 1)))
        return ranges.isEmpty ? .nothing : .inside(Self(.digits, value: value, count: self.count + 1), ranges)
    }

    /// The scalars whose spelling begins with a code unit of a range.
    private static func scalars(of units: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
        var ranges = [0...0xD7FF, 0xE000...0xFFFF].filter { $0.overlaps(units) }.map { $0.clamped(to: units) }
        let highs: ClosedRange<UInt32> = 0xD800...0xDBFF
        if highs.overlaps(units) {
            let high = highs.clamped(to: units)
            ranges.append(
                0x10000 + (high.lowerBound - 0xD800) << 10...0x10000 + (high.upperBound - 0xD800) << 10 + 0x3FF)
        }
        return ranges
    }

    /// The scalars whose pair of code units begins with the first that was read.
    private var pairs: ClosedRange<UInt32> { 0x10000 + self.high << 10...0x10000 + self.high << 10 + 0x3FF }

    private func lowDigit(_ byte: UInt8) -> Step {
        guard let digit = Self.hexadecimal(byte) else { return .nothing }
        let value = self.value << 4 | digit
        let shift = UInt32(4 * (3 - self.count))
        let units = value << shift...(value << shift | (1 << shift - 1))
        let lows: ClosedRange<UInt32> = 0xDC00...0xDFFF
        guard lows.overlaps(units) else { return .nothing }
        let start = 0x10000 + self.high << 10
        if self.count == 3 { return .scalar(start + value - 0xDC00) }
        let low = lows.clamped(to: units)
        return .inside(
            Self(.lowDigits, value: value, count: self.count + 1, high: self.high),
            [start + low.lowerBound - 0xDC00...start + low.upperBound - 0xDC00])
    }

    /// One more byte of a character of several.
    private func continuation(_ byte: UInt8) -> Step {
        guard byte & 0xC0 == 0x80 else { return .nothing }
        let missing = UInt32(self.count & 3) - 1
        let value = self.bits << 6 | UInt32(byte & 0x3F)
        let isLong = self.count & 4 != 0
        let shift = 6 * missing
        let range = value << shift...(value << shift | (1 << shift - 1))
        // Characters of four bytes begin at U+10000; those of three at U+0800, which matters only for their second byte.
        let least: UInt32 = isLong ? 0x10000 : self.count == 2 ? 0x800 : 0
        let scalars = least < 0xD800 ? [least...0xD7FF, 0xE000...0x10FFFF] : [least...0x10FFFF]
        let legal = scalars.filter { $0.overlaps(range) }.map { $0.clamped(to: range) }
        guard !legal.isEmpty else { return .nothing }
        if missing == 0 { return .scalar(value) }
        return .inside(Self(.bytes, value: value, count: Int32(missing) | (isLong ? 4 : 0)), legal)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
