// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A JSON text that is being read: as far as it is, without the escape that may be under way.
struct PartialJSONString: Sendable {
    private enum Escape: Sendable {
        case none
        case backslash
        case unicode(UInt32, digits: Int)
    }

    let id: GenerationID?
    private var bytes: [UInt8] = []
    private var escape = Escape.none
    /// The first half of a pair of `\u` escapes that make one character.
    private var highSurrogate: UInt32?

    init(id: GenerationID?) { self.id = id }

    /// The text so far: whole characters.
    var text: String {
        var whole = self.bytes[...]
        // A character whose bytes have come in part is at most three bytes.
        if let start = whole.suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) {
            let length = whole[start] < 0x80 ? 1 : whole[start] < 0xE0 ? 2 : whole[start] < 0xF0 ? 3 : 4
            if whole.endIndex - start < length { whole = whole[..<start] }
        }
        return String(decoding: whole, as: UTF8.self)
    }

    /// Reads a byte; true if it ends the text.
    ///
    /// - Throws: The error that `malformed` makes of a problem.
    mutating func append(_ byte: UInt8, else malformed: (String) -> JSONError) throws -> Bool {
        switch self.escape {
        case .none:
            switch byte {
            case UInt8(ascii: "\""):
                self.endSurrogate()
                return true
            case UInt8(ascii: "\\"): self.escape = .backslash
            case ..<0x20: throw malformed("a control character in a text must be escaped")
            default: self.add(byte)
            }
        case .backslash:
            self.escape = .none
            switch byte {
            case UInt8(ascii: "n"): self.add(0x0A)
            case UInt8(ascii: "t"): self.add(0x09)
            case UInt8(ascii: "r"): self.add(0x0D)
            case UInt8(ascii: "b"): self.add(0x08)
            case UInt8(ascii: "f"): self.add(0x0C)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): self.add(byte)
            case UInt8(ascii: "u"): self.escape = .unicode(0, digits: 0)
            default: throw malformed("a backslash escapes nothing")
            }
        case .unicode(let value, let digits):
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw malformed("'\\u' needs four hexadecimal digits")
            }
            let unit = value << 4 | UInt32(digit)
            self.escape = digits < 3 ? .unicode(unit, digits: digits + 1) : .none
            if digits == 3 { self.add(unit: unit) }
        }
        return false
    }

    private mutating func add(_ byte: UInt8) {
        self.endSurrogate()
        self.bytes.append(byte)
    }

    private mutating func add(unit: UInt32) {
        if let high = self.highSurrogate, (0xDC00..<0xE000).contains(unit) {
            self.highSurrogate = nil
            self.add(scalar: Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (unit - 0xDC00)))
            return
        }
        self.endSurrogate()
        if (0xD800..<0xDC00).contains(unit) {
            self.highSurrogate = unit
        } else {
            self.add(scalar: Unicode.Scalar(unit))
        }
    }

    private mutating func endSurrogate() {
        guard self.highSurrogate != nil else { return }
        self.highSurrogate = nil
        self.add(scalar: nil)
    }

    private mutating func add(scalar: Unicode.Scalar?) {
        self.bytes.append(contentsOf: String(scalar ?? "\u{FFFD}").utf8)
    }
}
