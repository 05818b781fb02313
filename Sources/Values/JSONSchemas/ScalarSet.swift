// SPDX-License-Identifier: Apache-2.0

/// A set of Unicode scalars, as a pattern's character class describes it.
package struct ScalarSet: Sendable {
    /// What may be in a set.
    package enum Member: Sendable {
        /// Scalars by their numbers.
        case range(ClosedRange<UInt32>)
        /// What is in another set.
        case set(ScalarSet)
        /// A general category.
        case category(Unicode.GeneralCategory)
        /// A group of general categories.
        case letter, mark, number, punctuation, symbol, separator, other
        /// A property that a scalar has or not.
        case alphabetic, uppercase, lowercase, whiteSpace, emoji, ideographic
    }

    /// What is in the set, or with ``isNegated`` what is not.
    package var members: [Member] = []
    /// Whether the set holds all that the members do not.
    package var isNegated = false

    /// A set of members.
    package init(_ members: [Member] = [], isNegated: Bool = false) {
        self.members = members
        self.isNegated = isNegated
    }

    init(_ scalars: Unicode.Scalar...) { self.members = scalars.map { .range($0.value...$0.value) } }

    var negated: Self { Self(self.members, isNegated: !self.isNegated) }

    /// Whether a scalar is in the set.
    package func contains(_ scalar: Unicode.Scalar) -> Bool {
        self.members.contains { Self.holds($0, scalar) } != self.isNegated
    }

    /// Whether a member holds a scalar.
    package static func holds(_ member: Member, _ scalar: Unicode.Scalar) -> Bool {
        switch member {
        case .range(let range): range.contains(scalar.value)
        case .set(let set): set.contains(scalar)
        case .category(let category): scalar.properties.generalCategory == category
        case .alphabetic: scalar.properties.isAlphabetic
        case .uppercase: scalar.properties.isUppercase
        case .lowercase: scalar.properties.isLowercase
        case .whiteSpace: scalar.properties.isWhitespace
        case .emoji: scalar.properties.isEmoji
        case .ideographic: scalar.properties.isIdeographic
        default: Self.group(of: scalar.properties.generalCategory, is: member)
        }
    }

    private static func group(of category: Unicode.GeneralCategory, is member: Member) -> Bool {
        switch (member, category) {
        case (.letter, .uppercaseLetter), (.letter, .lowercaseLetter), (.letter, .titlecaseLetter),
            (.letter, .modifierLetter), (.letter, .otherLetter), (.mark, .nonspacingMark), (.mark, .spacingMark),
            (.mark, .enclosingMark), (.number, .decimalNumber), (.number, .letterNumber), (.number, .otherNumber),
            (.punctuation, .connectorPunctuation), (.punctuation, .dashPunctuation),
            (.punctuation, .openPunctuation), (.punctuation, .closePunctuation),
            (.punctuation, .initialPunctuation), (.punctuation, .finalPunctuation),
            (.punctuation, .otherPunctuation), (.symbol, .mathSymbol), (.symbol, .currencySymbol),
            (.symbol, .modifierSymbol), (.symbol, .otherSymbol), (.separator, .spaceSeparator),
            (.separator, .lineSeparator), (.separator, .paragraphSeparator), (.other, .control), (.other, .format),
            (.other, .surrogate), (.other, .privateUse), (.other, .unassigned):
            true
        default: false
        }
    }
}

extension ScalarSet {
    /// Every scalar.
    package static let all = Self([.range(0...0x10FFFF)])
    static let digits = Self([.range(0x30...0x39)])
    /// What `\w` is.
    package static let wordCharacters = Self([
        .range(0x30...0x39), .range(0x41...0x5A), .range(0x5F...0x5F), .range(0x61...0x7A),
    ])
    static let lineEnds = Self("\n", "\r", "\u{2028}", "\u{2029}")
    /// ECMA-262 `WhiteSpace` and `LineTerminator`.
    static let spaces = Self([
        .range(0x09...0x0D), .range(0xFEFF...0xFEFF), .range(0x2028...0x2029), .category(.spaceSeparator),
    ])

    /// The set of a Unicode property, by the names that ECMA-262 allows after `\p`; nil for those unknown here.
    static func property(_ name: String) -> Self? {
        var value = name
        for prefix in ["General_Category=", "gc="] where value.hasPrefix(prefix) { value.removeFirst(prefix.count) }
        return Self.properties[value.lowercased()].map { Self([$0]) }
    }

    private static let properties: [String: Member] = [
        "any": .range(0...0x10FFFF), "ascii": .range(0...0x7F), "alphabetic": .alphabetic, "alpha": .alphabetic,
        "uppercase": .uppercase, "upper": .uppercase, "lowercase": .lowercase, "lower": .lowercase,
        "white_space": .whiteSpace, "space": .whiteSpace, "emoji": .emoji, "ideographic": .ideographic,
        "ideo": .ideographic, "l": .letter, "letter": .letter, "m": .mark, "mark": .mark, "n": .number,
        "number": .number, "p": .punctuation, "punctuation": .punctuation, "punct": .punctuation, "s": .symbol,
        "symbol": .symbol, "z": .separator, "separator": .separator, "c": .other, "other": .other,
        "lu": .category(.uppercaseLetter), "uppercase_letter": .category(.uppercaseLetter),
        "ll": .category(.lowercaseLetter), "lowercase_letter": .category(.lowercaseLetter),
        "lt": .category(.titlecaseLetter), "titlecase_letter": .category(.titlecaseLetter),
        "lm": .category(.modifierLetter), "modifier_letter": .category(.modifierLetter),
        "lo": .category(.otherLetter), "other_letter": .category(.otherLetter),
        "nd": .category(.decimalNumber), "decimal_number": .category(.decimalNumber),
        "digit": .category(.decimalNumber), "nl": .category(.letterNumber), "no": .category(.otherNumber),
        "mn": .category(.nonspacingMark), "mc": .category(.spacingMark), "me": .category(.enclosingMark),
        "pc": .category(.connectorPunctuation), "pd": .category(.dashPunctuation),
        "ps": .category(.openPunctuation), "pe": .category(.closePunctuation),
        "pi": .category(.initialPunctuation), "pf": .category(.finalPunctuation),
        "po": .category(.otherPunctuation), "sm": .category(.mathSymbol), "sc": .category(.currencySymbol),
        "currency_symbol": .category(.currencySymbol), "sk": .category(.modifierSymbol),
        "so": .category(.otherSymbol), "zs": .category(.spaceSeparator), "zl": .category(.lineSeparator),
        "zp": .category(.paragraphSeparator), "cc": .category(.control), "control": .category(.control),
        "cntrl": .category(.control), "cf": .category(.format), "co": .category(.privateUse),
        "cn": .category(.unassigned),
    ]
}
