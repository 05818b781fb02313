// SPDX-License-Identifier: Apache-2.0

/// What kind of character a Unicode scalar is, as far as cutting text into words asks.
struct ScalarClass: OptionSet, Sendable {
    let rawValue: UInt8

    /// General category L.
    static let letter = Self(rawValue: 1)
    /// General category N.
    static let number = Self(rawValue: 2)
    /// The property White_Space.
    static let space = Self(rawValue: 4)
    /// General category P.
    static let punctuation = Self(rawValue: 8)
    /// Everything else, unassigned scalars included.
    static let other = Self(rawValue: 16)

    /// Anything but letters, numbers and white space.
    static let symbol: Self = [.punctuation, .other]

    /// The classes of U+0000 to U+FFFF, worked out once.
    private static let table: [ScalarClass] = (0..<0x10000).map { Self.lookUp(UInt32($0)) }

    /// Lends the table of the first 65,536 scalars.
    static func withTable<Result>(_ body: (UnsafePointer<ScalarClass>) throws -> Result) rethrows -> Result? {
        try Self.table.withUnsafeBufferPointer { try $0.baseAddress.map(body) }
    }

    /// Asks the standard library's Unicode tables.
    static func lookUp(_ value: UInt32) -> ScalarClass {
        guard let scalar = Unicode.Scalar(value) else { return .other }
        let properties = scalar.properties
        if properties.isWhitespace { return .space }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
        case .decimalNumber, .letterNumber, .otherNumber: return .number
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return .punctuation
        default: return .other
        }
    }
}
