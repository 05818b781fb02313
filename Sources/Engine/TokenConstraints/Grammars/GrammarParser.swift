// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Reads a grammar in GBNF, llama.cpp's dialect of EBNF.
struct GrammarParser {
    private(set) var rules: [GrammarRule] = []
    private var numbers: [String: Int] = [:]
    var reader: GrammarReader
    private var depth = 0

    private static let deepest = 100
    private static let mostRepetitions = 10_000
    private static let mostRules = 5_000

    /// Reads a grammar.
    ///
    /// - Returns: Its rules, and the number of the one named `root`.
    /// - Throws: ``ConstraintError`` with the line and the column of what is wrong.
    static func parse(_ text: String) throws -> (rules: [GrammarRule], root: Int) {
        var parser = Self(reader: GrammarReader(text))
        try parser.parseRules()
        let names = parser.rules.filter { $0.body != nil }.map(\.name)
        guard let root = parser.numbers["root"], parser.rules[root].body != nil else {
            throw ConstraintError(
                .malformed, "The grammar has no rule 'root' to begin with. \(NearestName.hint(for: "root", in: names))")
        }
        if let missing = parser.rules.first(where: { $0.body == nil }) {
            throw ConstraintError(
                .malformed,
                "The grammar uses a rule '\(missing.name)' (\(missing.place)) that it does not define. \(NearestName.hint(for: missing.name, in: names))"
            )
        }
        return (parser.rules, root)
    }

    private mutating func parseRules() throws {
        self.reader.skipSpace(lines: true)
        while !self.reader.isAtEnd {
            let place = self.reader.place
            let number = try self.rule(named: self.reader.name(for: "a rule's name"), at: place)
            guard self.rules.count <= Self.mostRules else {
                throw ConstraintError(.tooLarge, "The grammar has more than \(Self.mostRules) rules; write fewer.")
            }
            guard self.rules[number].body == nil else {
                throw self.reader.error("the rule '\(self.rules[number].name)' is defined a second time", at: place)
            }
            self.reader.skipSpace(lines: false)
            guard self.reader.skip("::=") else { throw self.reader.error("'::=' must follow the rule's name") }
            self.reader.skipSpace(lines: true)
            self.rules[number].place = place
            self.rules[number].body = try self.parseChoice(isNested: false)
            guard self.reader.isAtEnd || self.reader.isAtLineEnd else {
                throw self.reader.error("a rule must end with its line; this does not belong to it")
            }
            self.reader.skipSpace(lines: true)
        }
    }

    /// The number of a rule, which may be defined later.
    private mutating func rule(named name: String, at place: GrammarPlace) -> Int {
        if let number = self.numbers[name] { return number }
        self.numbers[name] = self.rules.count
        self.rules.append(GrammarRule(name: name, place: place))
        return self.rules.count - 1
    }

    private mutating func parseChoice(isNested: Bool) throws -> GrammarNode {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= Self.deepest else { throw self.reader.error("parentheses are nested too deeply") }
        var branches = [try self.parseSequence(isNested: isNested)]
        while self.reader.skipToBranch() {
            self.reader.skipSpace(lines: true)
            branches.append(try self.parseSequence(isNested: isNested))
        }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func parseSequence(isNested: Bool) throws -> GrammarNode {
        var parts: [GrammarNode] = []
        while let part = try self.parsePart() {
            self.reader.skipSpace(lines: isNested)
            parts.append(try self.parseRepetitions(of: part, isNested: isNested))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func parsePart() throws -> GrammarNode? {
        guard let next = self.reader.next else { return nil }
        let place = self.reader.place
        switch next {
        case "\"": return .literal(try self.reader.literal())
        case "[": return .scalar(try self.reader.scalarSet())
        case ".":
            _ = self.reader.skip(".")
            return .scalar(ScalarRanges([0...0x10FFFF]))
        case "(":
            _ = self.reader.skip("(")
            self.reader.skipSpace(lines: true)
            let inner = try self.parseChoice(isNested: true)
            self.reader.skipSpace(lines: true)
            guard self.reader.skip(")") else { throw self.reader.error("a '(' without its ')'", at: place) }
            return inner
        case "<", "!":
            throw ConstraintError(
                .unsupported, "The grammar names a single token (\(place)), which is not supported; write its text.")
        case _ where GrammarReader.isNamePart(next):
            return .rule(self.rule(named: try self.reader.name(for: "a name"), at: place))
        default: return nil
        }
    }

    private mutating func parseRepetitions(of part: GrammarNode, isNested: Bool) throws -> GrammarNode {
        var part = part
        while let bounds = try self.reader.repetition(most: Self.mostRepetitions) {
            part = .repetition(part, least: bounds.least, most: bounds.most)
            self.reader.skipSpace(lines: isNested)
        }
        return part
    }
}
