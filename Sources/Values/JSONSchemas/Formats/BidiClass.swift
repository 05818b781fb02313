// SPDX-License-Identifier: Apache-2.0

/// The direction of a code point, as far as host names need it (RFC 5893), by its block.
enum BidiClass {
    case leftToRight, rightToLeft, arabicNumber, europeanNumber, mark, neutral

    init(_ scalar: Unicode.Scalar) {
        let value = scalar.value
        if scalar.properties.generalCategory == .nonspacingMark {
            self = .mark
        } else if (0x660...0x669).contains(value) || [0x66B, 0x66C].contains(value) {
            self = .arabicNumber
        } else if (0x30...0x39).contains(value) || (0x6F0...0x6F9).contains(value) {
            self = .europeanNumber
        } else if Self.rightToLeftBlocks.contains(where: { $0.contains(value) }) {
            self = .rightToLeft
        } else {
            self = ["-", "\u{200C}", "\u{200D}"].contains(scalar) ? .neutral : .leftToRight
        }
    }

    private static let rightToLeftBlocks: [ClosedRange<UInt32>] = [
        0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF,
    ]

    /// Whether it makes a name one to which the rule of directions applies.
    var isRightToLeft: Bool { self == .rightToLeft || self == .arabicNumber }

    /// The six conditions of RFC 5893, section 2, on a label of a name that runs from right to left somewhere.
    static func isOrderly(_ label: [Unicode.Scalar]) -> Bool {
        let classes = label.map(Self.init)
        let end = classes.last { $0 != .mark }
        switch classes.first {
        case .rightToLeft:
            return !classes.contains(.leftToRight)
                && [.rightToLeft, .europeanNumber, .arabicNumber].contains(end)
                && !(classes.contains(.europeanNumber) && classes.contains(.arabicNumber))
        case .leftToRight:
            return !classes.contains(where: \.isRightToLeft) && [.leftToRight, .europeanNumber].contains(end)
        default: return false
        }
    }
}
