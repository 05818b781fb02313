// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The words of a grammar's text.
struct GrammarReader {
    private let scalars: [Unicode.Scalar]
    /// Where each line begins.
    private let lines: [Int]
    private var position = 0

    init(_ text: String) {
        self.scalars = Array(text.unicodeScalars)
        let scalars = self.scalars
        self.lines = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
    }

    var isAtEnd: Bool { self.position == self.scalars.count }
    var isAtLineEnd: Bool { self.next == "\n" || self.next == "\r" }
    var next: Unicode.Scalar? { self.position < self.scalars.count ? self.scalars[self.position] : nil }

    var place: GrammarPlace {
        var (low, high) = (0, self.lines.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.lines[middle] <= self.position { low = middle } else { high = middle }
        }
        return GrammarPlace(line: low + 1, column: self.position - self.lines[low] + 1)
    }

    func error(_ problem: String, at place: GrammarPlace? = nil) -> ConstraintError {
        ConstraintError(.malformed, "The grammar is malformed at \(place ?? self.place): \(problem).")
    }

    mutating func skip(_ text: String) -> Bool {
        guard self.scalars[self.position...].starts(with: text.unicodeScalars) else { return false }
        self.position += text.unicodeScalars.count
        return true
    }

    /// Skips blanks and comments, and where `lines` says so ends of lines.
    mutating func skipSpace(lines: Bool) {
        while let next {
            switch next {
            case " ", "\t": self.position += 1
            case "#": while let next = self.next, next != "\n", next != "\r" { self.position += 1 }
            case "\n", "\r":
                guard lines else { return }
                self.position += 1
            default: return
            }
        }
    }

    /// Skips to behind a '|', which may be the first thing on a later line.
    mutating func skipToBranch() -> Bool {
        let start = self.position
        self.skipSpace(lines: true)
        if self.skip("|") { return true }
        self.position = start
        return false
    }

    static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_")
    }

    mutating func name(for purpose: String) throws -> String {
        var name = ""
        while let next, Self.isNamePart(next) {
            name.unicodeScalars.append(next)
            self.position += 1
        }
        guard !name.isEmpty else { throw self.error("\(purpose) must be here, of letters, digits and '-'") }
        return name
    }

    // MARK: - Texts and sets

    mutating func literal() throws -> String {
        let start = self.place
        self.position += 1
        var text = ""
        while !self.skip("\"") {
            guard !self.isAtEnd else { throw self.error("a '\"' without its end", at: start) }
            text.unicodeScalars.append(try self.scalar())
        }
        return text
    }

    mutating func scalarSet() throws -> ScalarRanges {
        let start = self.place
        self.position += 1
        let isNegated = self.skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !self.skip("]") {
            guard !self.isAtEnd else { throw self.error("a '[' without its ']'", at: start) }
            let low = try self.scalar().value
            guard self.next == "-", self.position + 1 < self.scalars.count, self.scalars[self.position + 1] != "]"
            else {
                ranges.append(low...low)
                continue
            }
            self.position += 1
            let high = try self.scalar().value
            guard low <= high else { throw self.error("a range whose end is before its beginning") }
            ranges.append(low...high)
        }
        let set = ScalarRanges(ranges)
        return isNegated ? set.complement : set
    }

    private mutating func scalar() throws -> Unicode.Scalar {
        guard let next else { throw self.error("the text ends too early") }
        self.position += 1
        guard next == "\\" else { return next }
        guard let kind = self.next else { throw self.error("the text ends within an escape") }
        self.position += 1
        switch kind {
        case "x": return try self.hex(digits: 2)
        case "u": return try self.hex(digits: 4)
        case "U": return try self.hex(digits: 8)
        case "t": return "\t"
        case "r": return "\r"
        case "n": return "\n"
        case "\\", "\"", "[", "]", "-", "^": return kind
        default:
            self.position -= 1
            throw self.error(
                "'\\\(kind)' is no escape; there are \\n \\r \\t \\\\ \\\" \\[ \\] \\xHH \\uHHHH \\UHHHHHHHH")
        }
    }

    private mutating func hex(digits: Int) throws -> Unicode.Scalar {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let next, let digit = Character(next).hexDigitValue, value < 0x1000_0000 else {
                throw self.error("an escape needs \(digits) hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            self.position += 1
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw self.error("U+\(String(value, radix: 16)) is no character")
        }
        return scalar
    }

    // MARK: - Repetitions

    /// Reads `*`, `+`, `?` or `{2,5}`; nil when there is none.
    mutating func repetition(most limit: Int) throws -> (least: Int, most: Int?)? {
        if self.skip("*") { return (0, nil) }
        if self.skip("+") { return (1, nil) }
        if self.skip("?") { return (0, 1) }
        let start = self.place
        guard self.skip("{") else { return nil }
        self.skipSpace(lines: false)
        let first = self.number()
        self.skipSpace(lines: false)
        var bounds = (least: first ?? 0, most: first)
        if self.skip(",") {
            self.skipSpace(lines: false)
            bounds.most = self.number()
            self.skipSpace(lines: false)
        } else if first == nil {
            throw self.error("a number must follow '{'")
        }
        guard self.skip("}") else { throw self.error("a '{' without its '}'", at: start) }
        if let most = bounds.most, most < bounds.least {
            throw self.error("a repetition's bounds are reversed", at: start)
        }
        guard max(bounds.least, bounds.most ?? 0) <= limit else {
            throw ConstraintError(.tooLarge, "The grammar repeats something more than \(limit) times (\(start)).")
        }
        return bounds
    }

    private mutating func number() -> Int? {
        var number: Int?
        while let next, let digit = Int(String(next)), next.isASCII {
            number = min((number ?? 0) * 10 + digit, 1_000_000)
            self.position += 1
        }
        return number
    }
}
