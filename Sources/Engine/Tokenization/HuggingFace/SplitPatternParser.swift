// SPDX-License-Identifier: Apache-2.0

/// Compiles the regular expressions of tokenizers.
struct SplitPatternParser {
    /// Why an expression cannot be compiled.
    struct Failure: Error {
        var what: String
    }

    /// A compiled expression.
    struct Program {
        var instructions: [SplitPattern.Instruction] = []
        var sets: [PatternSet] = []
    }

    /// Part of an expression.
    indirect enum Node {
        case set(PatternSet)
        case sequence([Node])
        case choice([Node])
        case repeated(Node, least: Int, most: Int?, isPossessive: Bool)
        case look(Node, isNegative: Bool)
        case lineStart
        case lineEnd

        /// Whether it may match without taking anything.
        var mayBeEmpty: Bool {
            switch self {
            case .set: false
            case .sequence(let nodes): nodes.allSatisfy(\.mayBeEmpty)
            case .choice(let nodes): nodes.contains(where: \.mayBeEmpty)
            case .repeated(let node, let least, _, _): least == 0 || node.mayBeEmpty
            case .look, .lineStart, .lineEnd: true
            }
        }
    }

    static let maximumSize = 10_000
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var foldsCase = false
    var output = Program()

    /// A parser of an expression.
    init(_ source: String) { self.scalars = Array(source.unicodeScalars) }

    /// Compiles the expression.
    mutating func program() throws(Failure) -> Program {
        let node = try self.choice(depth: 0)
        guard self.position == self.scalars.count else { throw Failure(what: "a ')' has no '('") }
        try self.emit(node)
        self.output.instructions.append(.accept)
        return self.output
    }

    private var next: Unicode.Scalar? { self.position < self.scalars.count ? self.scalars[self.position] : nil }

    /// Steps over a text if it is next.
    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard self.scalars[self.position...].starts(with: wanted) else { return false }
        self.position += wanted.count
        return true
    }

    /// Alternatives.
    private mutating func choice(depth: Int) throws(Failure) -> Node {
        guard depth < 64 else { throw Failure(what: "groups are nested too deeply") }
        var nodes = [try self.sequence(depth: depth)]
        while self.take("|") { nodes.append(try self.sequence(depth: depth)) }
        return nodes.count == 1 ? nodes[0] : .choice(nodes)
    }

    /// Parts that follow each other.
    private mutating func sequence(depth: Int) throws(Failure) -> Node {
        var nodes = [Node]()
        while let next = self.next, next != "|", next != ")" {
            nodes.append(try self.quantified(try self.atom(depth: depth)))
        }
        return .sequence(nodes)
    }

    /// A part and how often it is repeated.
    private mutating func quantified(_ node: Node) throws(Failure) -> Node {
        var (least, most): (Int, Int?)
        if self.take("?") {
            (least, most) = (0, 1)
        } else if self.take("*") {
            (least, most) = (0, nil)
        } else if self.take("+") {
            (least, most) = (1, nil)
        } else if self.next == "{" {
            (least, most) = try self.bounds()
        } else {
            return node
        }
        if self.take("?") { throw Failure(what: "repetitions that take as little as possible") }
        let isPossessive = self.take("+")
        if let next = self.next, "?*+{".unicodeScalars.contains(next) {
            throw Failure(what: "a repetition of a repetition")
        }
        guard most == 1 || !node.mayBeEmpty else { throw Failure(what: "a repetition of nothing") }
        return .repeated(node, least: least, most: most, isPossessive: isPossessive)
    }

    /// The numbers in `{2}`, `{1,3}` or `{2,}`.
    private mutating func bounds() throws(Failure) -> (Int, Int?) {
        guard let end = self.scalars[self.position...].firstIndex(of: "}") else { throw Failure(what: "a '{' alone") }
        let text = String(String.UnicodeScalarView(self.scalars[(self.position + 1)..<end]))
        self.position = end + 1
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard let least = Int(parts[0]), (0...1000).contains(least), parts.count <= 2 else {
            throw Failure(what: "the repetition '{\(text)}'")
        }
        if parts.count == 1 { return (least, least) }
        if parts[1].isEmpty { return (least, nil) }
        guard let most = Int(parts[1]), (max(1, least)...1000).contains(most) else {
            throw Failure(what: "the repetition '{\(text)}'")
        }
        return (least, most)
    }

    /// A group, a set or a character.
    private mutating func atom(depth: Int) throws(Failure) -> Node {
        guard let next = self.next else { throw Failure(what: "the end of the pattern") }
        switch next {
        case "(": return try self.group(depth: depth)
        case "[":
            var set = try self.bracketed()
            set.foldsCase = self.foldsCase
            return .set(set)
        case "^":
            self.position += 1
            return .lineStart
        case "$":
            self.position += 1
            return .lineEnd
        case ".":
            self.position += 1
            return .set(PatternSet(ranges: [0x0A...0x0A], isNegated: true))
        case "?", "*", "+", "{": throw Failure(what: "a repetition of nothing")
        default:
            var set = try self.member()
            set.foldsCase = self.foldsCase
            return .set(set)
        }
    }

    /// A group in parentheses.
    private mutating func group(depth: Int) throws(Failure) -> Node {
        self.position += 1
        let outer = self.foldsCase
        defer { self.foldsCase = outer }
        var looks: Bool?
        var isAtomic = false
        if self.take("?:") {
        } else if self.take("?i:") {
            self.foldsCase = true
        } else if self.take("?!") {
            looks = true
        } else if self.take("?=") {
            looks = false
        } else if self.take("?>") {
            isAtomic = true
        } else if self.next == "?" {
            throw Failure(what: "groups that begin with '(?' and something else than ':', 'i:', '=', '!' or '>'")
        }
        let node = try self.choice(depth: depth + 1)
        guard self.take(")") else { throw Failure(what: "a '(' has no ')'") }
        if let looks { return .look(node, isNegative: looks) }
        return isAtomic ? .repeated(node, least: 1, most: 1, isPossessive: true) : node
    }
}

extension SplitPatternParser {
    /// A set in brackets.
    private mutating func bracketed() throws(Failure) -> PatternSet {
        self.position += 1
        let isNegated = self.take("^")
        var set = PatternSet()
        var isFirst = true
        while let next = self.next, next != "]" || isFirst {
            isFirst = false
            if next == "[" || (next == "&" && self.scalars[self.position...].starts(with: "&&".unicodeScalars)) {
                throw Failure(what: "sets inside sets")
            }
            let member = try self.member()
            let isRange =
                self.next == "-" && self.position + 1 < self.scalars.count && self.scalars[self.position + 1] != "]"
            if isRange, let low = member.single {
                self.position += 1
                guard let high = try self.member().single, low <= high else { throw Failure(what: "a range in a set") }
                set.ranges.append(low...high)
            } else {
                set.ranges += member.ranges
                set.categories.formUnion(member.categories)
                if member.excludedCategories.rawValue != 0 {
                    guard set.excludedCategories.rawValue == 0 else {
                        throw Failure(what: "two classes taken out of a set")
                    }
                    set.excludedCategories = member.excludedCategories
                }
                set.hasSpaces = set.hasSpaces || member.hasSpaces
                set.hasNonSpaces = set.hasNonSpaces || member.hasNonSpaces
            }
        }
        guard self.take("]") else { throw Failure(what: "a '[' has no ']'") }
        set.isNegated = isNegated
        return set
    }

    /// One character or class.
    private mutating func member() throws(Failure) -> PatternSet {
        guard let scalar = self.next else { throw Failure(what: "the end of the pattern") }
        self.position += 1
        guard scalar == "\\" else { return PatternSet(ranges: [scalar.value...scalar.value]) }
        guard let escaped = self.next else { throw Failure(what: "a backslash at the end") }
        self.position += 1
        let control: [Unicode.Scalar: UInt32] = [
            "n": 0x0A, "r": 0x0D, "t": 0x09, "f": 0x0C, "v": 0x0B, "a": 7, "e": 0x1B,
        ]
        switch escaped {
        case "s": return PatternSet(hasSpaces: true)
        case "S": return PatternSet(hasNonSpaces: true)
        case "d": return PatternSet(categories: GeneralCategory(named: "Nd") ?? [])
        case "D": return PatternSet(excludedCategories: GeneralCategory(named: "Nd") ?? [])
        case "w": return PatternSet(categories: .word)
        case "W": return PatternSet(excludedCategories: .word)
        case "p", "P": return try self.category(isExcluded: escaped == "P")
        case "x": return try self.hexadecimal(digits: 2)
        case "u": return try self.hexadecimal(digits: 4)
        case _ where control[escaped] != nil:
            let value = control[escaped] ?? 0
            return PatternSet(ranges: [value...value])
        case _ where escaped.properties.isAlphabetic || escaped.properties.numericType != nil:
            throw Failure(what: "'\\\(escaped)'")
        default: return PatternSet(ranges: [escaped.value...escaped.value])
        }
    }

    /// The class in `\p{L}`.
    private mutating func category(isExcluded: Bool) throws(Failure) -> PatternSet {
        guard self.take("{"), let end = self.scalars[self.position...].firstIndex(of: "}") else {
            throw Failure(what: "'\\p' without a class in braces")
        }
        var name = String(String.UnicodeScalarView(self.scalars[self.position..<end]))
        self.position = end + 1
        var isExcluded = isExcluded
        if name.hasPrefix("^") {
            name.removeFirst()
            isExcluded.toggle()
        }
        guard let category = GeneralCategory(named: name) else { throw Failure(what: "the class '\(name)'") }
        return isExcluded ? PatternSet(excludedCategories: category) : PatternSet(categories: category)
    }

    /// The character in `\x41`, `\x{1F600}` or `\u0041`.
    private mutating func hexadecimal(digits: Int) throws(Failure) -> PatternSet {
        var end = self.position + digits
        var start = self.position
        if self.next == "{" {
            start += 1
            end = self.scalars[start...].firstIndex(of: "}") ?? self.scalars.count
        }
        guard end <= self.scalars.count,
            let value = UInt32(String(String.UnicodeScalarView(self.scalars[start..<end])), radix: 16),
            Unicode.Scalar(value) != nil
        else { throw Failure(what: "a character by its number") }
        self.position = start > self.position ? end + 1 : end
        return PatternSet(ranges: [value...value])
    }
}

extension PatternSet {
    /// The only character of the set, or nil.
    fileprivate var single: UInt32? {
        guard self.ranges.count == 1, self.ranges[0].count == 1, self.categories.rawValue == 0, !self.hasSpaces,
            !self.hasNonSpaces, self.excludedCategories.rawValue == 0
        else { return nil }
        return self.ranges[0].lowerBound
    }
}
