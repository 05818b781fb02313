// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Reads lines of the form `Name: value` into an object with the expected keys.
///
/// Keys are found whatever their case, emphasis or bullets; lines that start with no key continue the value above.
public struct KeyValueParser: ResultParser {
    /// The keys that the answer must have, and the object gets, in this order.
    public let keys: [String]
    /// The keys that may be missing.
    public let optionalKeys: Set<String>
    private let keyByName: [String: String]

    /// Makes a parser.
    ///
    /// - Parameters:
    ///   - keys: At least one; all different, also without case and punctuation.
    ///   - optionalKeys: Those of them that may be missing.
    /// - Throws: ``ParseError`` with code `.invalidParser`.
    public init(keys: [String], optionalKeys: Set<String> = []) throws {
        let pairs = keys.map { (AnswerText.normalized($0), $0) }
        guard !keys.isEmpty, Set(pairs.map(\.0)).count == keys.count, !pairs.contains(where: { $0.0.isEmpty }) else {
            throw ParseError(
                .invalidParser, "Keys must be at least one word each, and differ in more than case and punctuation.")
        }
        self.keys = keys
        self.optionalKeys = optionalKeys
        self.keyByName = Dictionary(uniqueKeysWithValues: pairs)
    }

    /// What the model should do.
    public var instruction: String {
        "Answer with one line for each of these, as 'Name: value': \(self.keys.joined(separator: ", "))."
    }

    /// Reads the lines; the value is an object of strings.
    public func parse(_ answer: String) throws -> ParsedResult {
        let text = try AnswerText.trimmed(answer, self)
        var values: [String: String] = [:]
        var repairs = OrderedSet<String>()
        if let members = try? JSONAnswerParser().parse(text).value.objectValue {
            for (name, value) in members where self.keyByName[AnswerText.normalized(name)] != nil {
                values[self.keyByName[AnswerText.normalized(name)] ?? name] = value.stringValue ?? value.serialized()
            }
            repairs.append("The answer was JSON instead of lines.")
        }
        if values.isEmpty {
            repairs = []
            self.readLines(text, &values, &repairs)
        }
        let missing = self.keys.filter { (values[$0] ?? "").isEmpty && !self.optionalKeys.contains($0) }
        guard missing.isEmpty else {
            let names = missing.map { "'\($0)'" }.joined(separator: ", ")
            throw ParseError(.mismatch, "The answer has no value for \(names). \(self.instruction)")
        }
        let members = self.keys.compactMap { key in values[key].map { (key, JSONValue.string($0)) } }
        return ParsedResult(
            value: .object(OrderedDictionary(uniqueKeysWithValues: members)), repairs: Array(repairs))
    }

    private func readLines(_ text: String, _ values: inout [String: String], _ repairs: inout OrderedSet<String>) {
        var current: String?
        for line in text.split(whereSeparator: \.isNewline) {
            for piece in self.pieces(of: line) {
                if let (key, value, isExact) = self.entry(piece) {
                    if !isExact { repairs.append("The misspelt name of '\(key)' was put right.") }
                    if values[key] == nil {
                        values[key] = String(value)
                        current = key
                    } else {
                        repairs.append("A second value of '\(key)' was left out.")
                        current = nil
                    }
                } else if let key = current {
                    let more = piece.trimmingSpace
                    if !more.isEmpty { values[key, default: ""] += values[key] == "" ? more : " " + more }
                } else if !piece.trimmingSpace.isEmpty {
                    repairs.append("Text before the first name was left out.")
                }
            }
        }
    }

    /// Splits a line where another key follows a comma or semicolon.
    private func pieces(of line: Substring) -> [Substring] {
        var pieces = [Substring]()
        var start = line.startIndex
        var mark: Substring.Index?
        for index in line.indices {
            switch line[index] {
            case ",", ";", "，", "；", "|": mark = index
            case ":", "：", "=":
                guard let end = mark else { continue }
                mark = nil
                let name = AnswerText.normalized(line[line.index(after: end)..<index])
                guard self.keyByName[name] != nil else { continue }
                pieces.append(line[start..<end])
                start = line.index(after: end)
            default: break
            }
        }
        return pieces + [line[start...]]
    }

    private func entry(_ line: Substring) -> (key: String, value: Substring, isExact: Bool)? {
        guard let separator = line.prefix(80).firstIndex(where: { ":：=".contains($0) }) else { return nil }
        let written = line[..<separator].trimmingSpace
        let name = AnswerText.normalized(ListParser.withoutBullet(written) ?? written)
        guard !name.isEmpty else { return nil }
        let value = line[line.index(after: separator)...].trimmingSpace.drop { $0 == "*" || $0 == "_" }
            .trimmingSpace.trimmingQuotes
        if let key = self.keyByName[name] { return (key, value, true) }
        guard name.count > 3, let near = NearestName.find(name, in: self.keyByName.keys.sorted()),
            let key = self.keyByName[near], abs(near.count - name.count) <= 2
        else { return nil }
        return (key, value, false)
    }
}
