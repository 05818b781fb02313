// SPDX-License-Identifier: Apache-2.0

/// A set of Unicode general categories, and which one a character has.
struct GeneralCategory: OptionSet, Sendable {
    let rawValue: UInt32

    /// The names of the categories in the order of their bits; a group is named by their first letter.
    private static let names = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
    ]

    /// All marks that take no place of their own.
    static let nonspacingMark = Self(named: "Mn") ?? []
    /// All marks.
    static let mark = Self(named: "M") ?? []
    /// All letters.
    static let letter = Self(named: "L") ?? []
    /// All numbers.
    static let number = Self(named: "N") ?? []
    /// All punctuation.
    static let punctuation = Self(named: "P") ?? []
    /// What belongs to words: letters, marks, decimal digits and connecting punctuation.
    static let word: Self = [.letter, .mark, Self(named: "Nd") ?? [], Self(named: "Pc") ?? []]
    /// What regular text does not show, except unassigned characters.
    static let control: Self = ["Cc", "Cf", "Cs", "Co"].reduce(into: []) { $0.formUnion(Self(named: $1) ?? []) }

    init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The categories of a name such as `L` or `Lu`, or nil when there is none such.
    init?(named name: String) {
        let bits = Self.names.indices.filter {
            Self.names[$0] == name || (name.count == 1 && Self.names[$0].hasPrefix(name))
        }
        guard !bits.isEmpty else { return nil }
        self.rawValue = bits.reduce(0) { $0 | 1 << UInt32($1) }
    }

    /// The categories of U+0000 to U+FFFF, worked out once.
    private static let table: [UInt8] = (0..<0x10000).map { Self.lookUp(UInt32($0)) }

    /// Whether a character has one of these categories.
    @inline(__always)
    func contains(scalar: UInt32) -> Bool {
        let bit = scalar < 0x10000 ? Self.table[Int(scalar)] : Self.lookUp(scalar)
        return self.rawValue & 1 << UInt32(bit) != 0
    }

    /// The place of a character's category.
    private static func lookUp(_ value: UInt32) -> UInt8 {
        guard let scalar = Unicode.Scalar(value) else { return 27 }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter: 0
        case .lowercaseLetter: 1
        case .titlecaseLetter: 2
        case .modifierLetter: 3
        case .otherLetter: 4
        case .nonspacingMark: 5
        case .spacingMark: 6
        case .enclosingMark: 7
        case .decimalNumber: 8
        case .letterNumber: 9
        case .otherNumber: 10
        case .connectorPunctuation: 11
        case .dashPunctuation: 12
        case .openPunctuation: 13
        case .closePunctuation: 14
        case .initialPunctuation: 15
        case .finalPunctuation: 16
        case .otherPunctuation: 17
        case .mathSymbol: 18
        case .currencySymbol: 19
        case .modifierSymbol: 20
        case .otherSymbol: 21
        case .spaceSeparator: 22
        case .lineSeparator: 23
        case .paragraphSeparator: 24
        case .control: 25
        case .format: 26
        case .surrogate: 27
        case .privateUse: 28
        case .unassigned: 29
        @unknown default: 29
        }
    }
}
