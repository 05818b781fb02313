// SPDX-License-Identifier: Apache-2.0

/// Reads a regular expression of ECMA-262 in Unicode mode, forgiving needless escapes.
package struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private static let maximumDepth = 100
    private static let maximumRepetitions = 2_000

    /// Reads a pattern.
    package init(_ source: String) { self.scalars = Array(source.unicodeScalars) }

    /// The pattern's syntax.
    ///
    /// - Throws: ``PatternError`` that says what is wrong or not supported.
    package mutating func parse() throws -> PatternTree {
        let tree = try self.parseChoice()
        guard self.position == self.scalars.count else { throw self.malformed("it has a ')' without a '('") }
        return tree
    }

    private var next: Unicode.Scalar? { self.position < self.scalars.count ? self.scalars[self.position] : nil }

    private mutating func skip(_ text: String) -> Bool {
        guard self.scalars[self.position...].starts(with: text.unicodeScalars) else { return false }
        self.position += text.unicodeScalars.count
        return true
    }

    private mutating func take() throws -> Unicode.Scalar {
        guard let next else { throw self.malformed("it ends too early") }
        self.position += 1
        return next
    }

    private func malformed(_ problem: String) -> PatternError { PatternError(problem: problem, isUnsupported: false) }
    private func unsupported(_ problem: String) -> PatternError { PatternError(problem: problem, isUnsupported: true) }

    private mutating func parseChoice() throws -> PatternTree {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= Self.maximumDepth else { throw self.unsupported("its groups are nested too deeply") }
        var branches = [try self.parseSequence()]
        while self.skip("|") { branches.append(try self.parseSequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func parseSequence() throws -> PatternTree {
        var parts = [PatternTree]()
        while let next, next != "|", next != ")" {
            let atom = try self.parseAtom()
            parts.append(try self.parseQuantifier(after: atom))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func parseQuantifier(after atom: PatternTree) throws -> PatternTree {
        let bounds: (least: Int, most: Int?)
        if self.skip("*") {
            bounds = (0, nil)
        } else if self.skip("+") {
            bounds = (1, nil)
        } else if self.skip("?") {
            bounds = (0, 1)
        } else if let counted = try self.parseCount() {
            bounds = counted
        } else {
            return atom
        }
        _ = self.skip("?")  // Lazy or greedy: whether there is a match is the same.
        if let most = bounds.most, most < bounds.least { throw self.malformed("a repetition's bounds are reversed") }
        guard max(bounds.least, bounds.most ?? 0) <= Self.maximumRepetitions else {
            throw self.unsupported("it repeats something more than \(Self.maximumRepetitions) times")
        }
        return .repetition(atom, least: bounds.least, most: bounds.most)
    }

    /// Reads `{2}`, `{2,}` or `{2,5}`; anything else in braces stands for itself.
    private mutating func parseCount() throws -> (least: Int, most: Int?)? {
        let start = self.position
        guard self.skip("{") else { return nil }
        if let least = self.parseNumber() {
            if self.skip("}") { return (least, least) }
            if self.skip(",") {
                if self.skip("}") { return (least, nil) }
                if let most = self.parseNumber(), self.skip("}") { return (least, most) }
            }
        }
        self.position = start
        return nil
    }

    private mutating func parseNumber() -> Int? {
        var number: Int?
        while let next, let digit = Int(String(next)), next.isASCII {
            number = min((number ?? 0) * 10 + digit, 1_000_000)
            self.position += 1
        }
        return number
    }

    private mutating func parseAtom() throws -> PatternTree {
        let scalar = try self.take()
        switch scalar {
        case "^": return .textStart
        case "$": return .textEnd
        case ".": return .scalar(ScalarSet.lineEnds.negated)
        case "[": return .scalar(try self.parseClass())
        case "(": return try self.parseGroup()
        case "\\": return try self.parseEscape()
        case "*", "+", "?": throw self.malformed("'\(scalar)' has nothing to repeat")
        default: return .scalar(ScalarSet(scalar))
        }
    }

    private mutating func parseGroup() throws -> PatternTree {
        var lookAhead: Bool?
        if self.skip("?=") {
            lookAhead = false
        } else if self.skip("?!") {
            lookAhead = true
        } else if self.skip("?<=") || self.skip("?<!") {
            throw self.unsupported("it looks behind, which is not supported")
        } else if self.skip("?<") {
            while try self.take() != ">" {}
        } else if !self.skip("?:"), self.next == "?" {
            throw self.malformed("it has a group of an unknown kind")
        }
        let body = try self.parseChoice()
        guard self.skip(")") else { throw self.malformed("it has a '(' without a ')'") }
        return lookAhead.map { .lookAhead(body, isNegated: $0) } ?? body
    }

    private mutating func parseEscape() throws -> PatternTree {
        switch self.next {
        case "b":
            self.position += 1
            return .wordBoundary(true)
        case "B":
            self.position += 1
            return .wordBoundary(false)
        case "1", "2", "3", "4", "5", "6", "7", "8", "9", "k":
            throw self.unsupported("it has a back-reference, which is not supported")
        default: return .scalar(try self.parseEscapedSet())
        }
    }

    private mutating func parseEscapedSet() throws -> ScalarSet {
        let scalar = try self.take()
        switch scalar {
        case "d": return .digits
        case "D": return ScalarSet.digits.negated
        case "w": return .wordCharacters
        case "W": return ScalarSet.wordCharacters.negated
        case "s": return .spaces
        case "S": return ScalarSet.spaces.negated
        case "p", "P":
            guard self.skip("{") else { throw self.malformed("'\\\(scalar)' needs a property in braces") }
            var name = ""
            while let next = self.next, next != "}" { name.unicodeScalars.append(try self.take()) }
            guard self.skip("}") else { throw self.malformed("'\\\(scalar){' is not closed") }
            guard let set = ScalarSet.property(name) else {
                throw self.unsupported("the Unicode property '\(name)' is not supported")
            }
            return scalar == "p" ? set : set.negated
        default: return ScalarSet(try self.parseEscapedScalar(scalar))
        }
    }

    private mutating func parseEscapedScalar(_ scalar: Unicode.Scalar) throws -> Unicode.Scalar {
        switch scalar {
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "f": return "\u{C}"
        case "v": return "\u{B}"
        case "0": return "\0"
        case "x": return try self.parseHex(digits: 2)
        case "u": return try self.parseUnicode()
        case "c":
            let letter = try self.take()
            guard letter.isASCII, letter.properties.isAlphabetic, let control = Unicode.Scalar(letter.value % 32) else {
                throw self.malformed("'\\c' needs a letter")
            }
            return control
        case _ where scalar.properties.isAlphabetic && scalar.isASCII:
            throw self.malformed("'\\\(scalar)' is no escape")
        default: return scalar
        }
    }

    private mutating func parseUnicode() throws -> Unicode.Scalar {
        if self.skip("{") {
            var value: UInt32 = 0
            while let digit = Character(try self.take()).hexDigitValue {
                value = min(value << 4 | UInt32(digit), 0x110000)
            }
            guard self.scalars[self.position - 1] == "}", let scalar = Unicode.Scalar(value) else {
                throw self.malformed("'\\u{' needs hexadecimal digits and a '}'")
            }
            return scalar
        }
        let high = try self.parseHexValue(digits: 4)
        if (0xD800..<0xDC00).contains(high), self.skip("\\u") {
            let low = try self.parseHexValue(digits: 4)
            if (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
            {
                return scalar
            }
        }
        guard let scalar = Unicode.Scalar(high) else { throw self.malformed("it has half a surrogate pair") }
        return scalar
    }

    private mutating func parseHex(digits: Int) throws -> Unicode.Scalar {
        Unicode.Scalar(try self.parseHexValue(digits: digits)) ?? "\u{FFFD}"
    }

    private mutating func parseHexValue(digits: Int) throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = Character(try self.take()).hexDigitValue else {
                throw self.malformed("an escape needs \(digits) hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func parseClass() throws -> ScalarSet {
        var set = ScalarSet([ScalarSet.Member](), isNegated: self.skip("^"))
        while !self.skip("]") {
            let low = try self.parseClassAtom()
            guard self.next == "-", self.position + 1 < self.scalars.count, self.scalars[self.position + 1] != "]"
            else {
                set.members.append(low)
                continue
            }
            self.position += 1
            let high = try self.parseClassAtom()
            guard case .range(let first) = low, case .range(let last) = high else {
                throw self.malformed("a range in a class begins or ends with a class")
            }
            guard first.lowerBound <= last.lowerBound else { throw self.malformed("a range in a class is reversed") }
            set.members.append(.range(first.lowerBound...last.lowerBound))
        }
        return set
    }

    private mutating func parseClassAtom() throws -> ScalarSet.Member {
        let scalar = try self.take()
        guard scalar == "\\" else { return .range(scalar.value...scalar.value) }
        if self.skip("b") { return .range(8...8) }
        if self.skip("-") { return .range(0x2D...0x2D) }
        let set = try self.parseEscapedSet()
        if set.members.count == 1, !set.isNegated, case .range(let range) = set.members[0], range.count == 1 {
            return .range(range)
        }
        return .set(set)
    }
}
