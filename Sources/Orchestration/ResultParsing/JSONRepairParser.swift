// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Reads JSON as models write it: every departure from the grammar that has one likely meaning is repaired and noted.
///
/// The parser reads each scalar a bounded number of times and never recurses deeper than allowed.
struct JSONRepairParser {
    /// Why reading was given up.
    enum Failure: Error {
        case tooDeep
        case notJSON
    }

    let scalars: [Unicode.Scalar]
    var position: Int
    private(set) var repairs: [String] = []
    private let maximumDepth: Int

    init(_ scalars: [Unicode.Scalar], from start: Int, maximumDepth: Int) {
        self.scalars = scalars
        self.position = start
        self.maximumDepth = maximumDepth
    }

    /// What is next; nil at the end of the text.
    var next: Unicode.Scalar? { self.position < self.scalars.count ? self.scalars[self.position] : nil }

    mutating func note(_ repair: String) {
        if self.repairs.count < 32, !self.repairs.contains(repair) { self.repairs.append(repair) }
    }

    mutating func parseValue() throws(Failure) -> JSONValue {
        try self.parseValue(depth: 0, isInObject: false, isInArray: false)
    }

    private mutating func parseValue(depth: Int, isInObject: Bool, isInArray: Bool) throws(Failure) -> JSONValue {
        guard depth <= self.maximumDepth else { throw .tooDeep }
        self.skipSpace()
        switch self.next {
        case "{": return try self.parseObject(depth: depth, isInArray: isInArray)
        case "[": return try self.parseArray(depth: depth, isInObject: isInObject)
        case let scalar? where QuotedText.opens(scalar, self):
            return .string(self.parseString())
        default: return self.parseBareValue()
        }
    }

    // MARK: - Objects and arrays

    private mutating func parseObject(depth: Int, isInArray: Bool) throws(Failure) -> JSONValue {
        self.position += 1
        var members = OrderedDictionary<String, JSONValue>()
        while try self.hasMore(closing: "}", other: "]", otherIsOpen: isInArray, isFirst: members.isEmpty) {
            guard let key = try self.parseKey() else { break }
            self.skipSpace()
            if self.next == nil || self.next == "," || self.next == "}" {
                self.note(
                    self.next == nil
                        ? "A last member without a value was left out." : "A member without a value became null.")
                if self.next == nil { break }
                members[key] = .null
                continue
            }
            members[key] = try self.parseValue(depth: depth + 1, isInObject: true, isInArray: isInArray)
        }
        return .object(members)
    }

    private mutating func parseArray(depth: Int, isInObject: Bool) throws(Failure) -> JSONValue {
        self.position += 1
        var elements = [JSONValue]()
        while try self.hasMore(closing: "]", other: "}", otherIsOpen: isInObject, isFirst: elements.isEmpty) {
            if self.skipEllipsis() { continue }
            elements.append(try self.parseValue(depth: depth + 1, isInObject: isInObject, isInArray: true))
        }
        return .array(elements)
    }

    /// Reads the comma before the next entry; false once the brackets are closed, which it also reads.
    private mutating func hasMore(
        closing: Unicode.Scalar, other: Unicode.Scalar, otherIsOpen: Bool, isFirst: Bool
    ) throws(Failure) -> Bool {
        var hasComma = isFirst
        while true {
            self.skipSpace()
            switch self.next {
            case nil:
                self.note("The text ended too early; what was open was closed.")
                return false
            case closing?:
                if hasComma, !isFirst { self.note("A comma before a closing bracket was left out.") }
                self.position += 1
                return false
            case other?:
                if otherIsOpen {
                    self.note("A missing '\(closing)' was added.")
                    return false
                }
                self.note("A '\(other)' that closes nothing was left out.")
                self.position += 1
            case ","?, "，"?, ";"?, "；"?, "、"?:
                if self.next != "," { self.note("Other punctuation was read as a comma.") }
                if hasComma { self.note("A needless comma was left out.") }
                hasComma = true
                self.position += 1
            default:
                if !hasComma { self.note("A missing comma was added.") }
                return true
            }
        }
    }

    private mutating func parseKey() throws(Failure) -> String? {
        guard let first = self.next else { return nil }
        let key: String
        if QuotedText.opens(first, self) {
            key = self.parseString()
        } else {
            let start = self.position
            while let next, next != ":", next != "：", next != "=", next != "}", next != "{", next != "[", next != ",",
                next != "\n"
            {
                self.position += 1
                guard self.position - start <= 100 else { throw .notJSON }
            }
            guard self.next == nil || self.next == ":" || self.next == "：" || self.next == "=" else { throw .notJSON }
            key = String(String.UnicodeScalarView(self.scalars[start..<self.position])).trimmingSpace.description
            guard !key.isEmpty else { throw .notJSON }
            self.note("Quotes around a key were added.")
        }
        self.skipSpace()
        switch self.next {
        case ":": self.position += 1
        case "：", "=":
            self.note("Other punctuation was read as a colon.")
            self.position += 1
            if self.next == ">" { self.position += 1 }
        case nil, ",", "}": break
        default: self.note("A missing colon was added.")
        }
        return key
    }

    private mutating func skipEllipsis() -> Bool {
        guard self.next == "…" || (self.next == "." && self.scalars[self.position...].starts(with: [".", ".", "."]))
        else {
            return false
        }
        while self.next == "." || self.next == "…" { self.position += 1 }
        self.note("Dots that stand for more elements were left out.")
        return true
    }

    // MARK: - Words and numbers

    private mutating func parseBareValue() -> JSONValue {
        let start = self.position
        while let next, !",}]\n\r，；;".unicodeScalars.contains(next), !self.isAtComment {
            if self.isNextEntry(after: start) { break }
            self.position += 1
        }
        let (value, repair) = BareWord.read(self.word(from: start))
        if let repair { self.note(repair) }
        return value
    }

    /// Whether a number or a constant has ended here, with a comma missing: white space and a quotation mark follow it.
    private func isNextEntry(after start: Int) -> Bool {
        guard self.next == "\"" || self.next == "“", (2...64).contains(self.position - start) else { return false }
        return self.scalars[self.position - 1].properties.isWhitespace && BareWord.isConstant(self.word(from: start))
    }

    private func word(from start: Int) -> String {
        String(String.UnicodeScalarView(self.scalars[start..<self.position])).trimmingSpace.description
    }

    // MARK: - Space and comments

    private var isAtComment: Bool {
        guard self.position + 1 < self.scalars.count, self.scalars[self.position] == "/" else { return false }
        // "http://" is no comment.
        let isAfterColon = self.position > 0 && self.scalars[self.position - 1] == ":"
        return self.scalars[self.position + 1] == "*" || (self.scalars[self.position + 1] == "/" && !isAfterColon)
    }

    mutating func skipSpace() {
        while let next {
            if next.properties.isWhitespace || next == "\u{FEFF}" || next == "\u{200B}" {
                self.position += 1
            } else if next == "\\",
                self.scalars[self.position...].dropFirst().first.map({ "nrt".unicodeScalars.contains($0) }) ?? false
            {
                self.position += 2
                self.note("Line breaks written as '\\n' between values were left out.")
            } else if next == "#" || self.isAtComment {
                self.skipComment(isBlock: next == "/" && self.scalars[self.position + 1] == "*")
            } else {
                return
            }
        }
    }

    private mutating func skipComment(isBlock: Bool) {
        self.note("A comment was left out.")
        self.position += isBlock ? 2 : 1
        while let next {
            self.position += 1
            if isBlock ? next == "*" && self.next == "/" : next == "\n" {
                if isBlock { self.position += 1 }
                return
            }
        }
    }
}

/// Words that stand for values without quotes.
enum BareWord {
    /// The value of a word, and what had to be put right.
    static func read(_ word: String) -> (JSONValue, repair: String?) {
        switch word {
        case "true": return (true, nil)
        case "false": return (false, nil)
        case "null": return (.null, nil)
        case "": return (.null, "A missing value became null.")
        default: break
        }
        if word.utf8.count <= 64, let number = try? JSONValue(parsing: word), number.numberValue != nil {
            return (number, nil)
        }
        switch word.lowercased() {
        case "true": return (true, "'\(word)' became true.")
        case "false": return (false, "'\(word)' became false.")
        case "none", "null", "undefined", "nil": return (.null, "'\(word)' became null.")
        case "nan", "infinity", "-infinity", "inf", "-inf", "+infinity":
            return (.null, "'\(word)', which JSON does not have, became null.")
        default: break
        }
        if let number = Self.number(word) { return (number, "The number '\(word)' was put right.") }
        return (.string(String(word.trimmingQuotes)), "Quotes around a text were added.")
    }

    /// Whether a word stands for a number, a truth value or nothing, and is no text.
    static func isConstant(_ word: String) -> Bool {
        guard !word.isEmpty, word.utf8.count <= 64 else { return false }
        if case .string = self.read(word).0 { return false }
        return true
    }

    /// Numbers as other languages write them.
    private static func number(_ word: String) -> JSONValue? {
        guard word.utf8.count <= 64 else { return nil }
        let digits = word.hasPrefix("+") ? String(word.dropFirst()) : word
        if digits.lowercased().hasPrefix("0x") { return Int(digits.dropFirst(2), radix: 16).map { .integer($0) } }
        guard let first = digits.first(where: { $0 != "-" }), first.isASCII, first.isNumber || first == "." else {
            return nil
        }
        let plain = String(digits.filter { $0 != "_" })
        if let whole = Int(plain) { return .integer(whole) }
        let filled = plain.hasPrefix(".") ? "0" + plain : plain.hasSuffix(".") ? plain + "0" : plain
        return Double(filled).flatMap { $0.isFinite ? .number($0) : nil }
    }
}
