// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Labels of internationalised host names (RFC 5891), whose code points follow from Unicode properties (RFC 5892).
enum InternationalLabel {
    static func isValid(_ label: [Unicode.Scalar]) -> Bool {
        guard let first = label.first, first != "-", label.last != "-", !self.hasReservedHyphens(label),
            !first.properties.generalCategory.isMark
        else { return false }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: label)
        guard String(text).normalized.unicodeScalars.elementsEqual(label) else { return false }
        return label.indices.allSatisfy { index in
            JoinerContext.rule(for: label[index])?(label, index) ?? self.isProtocolValid(label[index])
        }
    }

    /// Whether there are hyphens in the third and fourth place, which only encoded labels have.
    static func hasReservedHyphens(_ label: [Unicode.Scalar]) -> Bool {
        label.count >= 4 && label[2] == "-" && label[3] == "-"
    }

    private static let valid: Set<UInt32> = [0x2D, 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007]
    private static let disallowed: Set<UInt32> = [
        0x640, 0x7FA, 0x302E, 0x302F, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303B,
    ]
    /// Combining marks for symbols, musical symbols, old Hangul letters.
    private static let disallowedBlocks: [ClosedRange<UInt32>] = [
        0x20D0...0x20FF, 0x1D100...0x1D24F, 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF,
    ]

    private static func isProtocolValid(_ scalar: Unicode.Scalar) -> Bool {
        if self.valid.contains(scalar.value) { return true }
        let properties = scalar.properties
        guard !self.disallowed.contains(scalar.value), !properties.isDefaultIgnorableCodePoint,
            !properties.isWhitespace, !properties.isNoncharacterCodePoint,
            !self.disallowedBlocks.contains(where: { $0.contains(scalar.value) })
        else { return false }
        switch properties.generalCategory {
        case .lowercaseLetter, .uppercaseLetter, .otherLetter, .decimalNumber, .modifierLetter, .nonspacingMark,
            .spacingMark:
            return self.isStable(scalar)
        default: return false
        }
    }

    /// Whether folding case and compatibility leaves it as it is.
    private static func isStable(_ scalar: Unicode.Scalar) -> Bool {
        let text = String(scalar)
        let folded = text.precomposedStringWithCompatibilityMapping.lowercased()
            .precomposedStringWithCompatibilityMapping
        return folded.unicodeScalars.elementsEqual(text.unicodeScalars)
    }
}

extension String {
    /// The text in Unicode normalisation form C.
    var normalized: String { self.precomposedStringWithCanonicalMapping }
}

extension Unicode.GeneralCategory {
    /// Whether this is a combining mark.
    var isMark: Bool { [.nonspacingMark, .spacingMark, .enclosingMark].contains(self) }
}
