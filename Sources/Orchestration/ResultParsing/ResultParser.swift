// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Turns a model's answer into a value.
public protocol ResultParser: Sendable {
    /// What the model should do to give a good answer, as a sentence that can be put into a prompt.
    var instruction: String { get }

    /// Reads an answer.
    ///
    /// - Parameter answer: The model's whole answer.
    /// - Returns: The value, and what had to be repaired to get it.
    /// - Throws: ``ParseError`` with a message that can be sent back to the model; any other error says that the parser itself
    ///   cannot be used, and ends the asking.
    func parse(_ answer: String) async throws -> ParsedResult
}

/// What a parser read out of an answer.
public struct ParsedResult: Sendable, Hashable {
    /// The value.
    public var value: JSONValue
    /// What had to be put right, one sentence each; empty if the answer had the form asked for.
    public var repairs: [String]

    /// Makes a result.
    public init(value: JSONValue, repairs: [String] = []) {
        self.value = value
        self.repairs = repairs
    }
}

/// Takes the answer as it is, without the white space around it.
public struct PlainParser: ResultParser {
    /// What the model should do.
    public var instruction: String { "Answer with text." }

    /// Makes a parser.
    public init() {}

    /// Trims the answer.
    ///
    /// - Throws: ``ParseError`` with code `.emptyAnswer` if nothing is left.
    public func parse(_ answer: String) throws -> ParsedResult {
        ParsedResult(value: .string(try AnswerText.trimmed(answer, self)))
    }
}

/// What all parsers do with text.
package enum AnswerText {
    /// The answer without the white space around it; an error if nothing is left.
    static func trimmed(_ answer: String, _ parser: some ResultParser) throws -> String {
        let text = answer.trimmingSpace
        guard !text.isEmpty else { throw ParseError(.emptyAnswer, "The answer is empty. \(parser.instruction)") }
        return String(text)
    }

    /// Lower case, letters and digits only, words separated by one space.
    package static func normalized(_ text: some StringProtocol) -> String {
        var words = ""
        var isBetween = false
        for scalar in text.lowercased().unicodeScalars {
            let properties = scalar.properties
            guard properties.isAlphabetic || properties.numericType != nil else {
                isBetween = true
                continue
            }
            if isBetween, !words.isEmpty { words += " " }
            isBetween = false
            words.unicodeScalars.append(scalar)
        }
        return words
    }
}

extension StringProtocol {
    /// The text without the white space around it.
    package var trimmingSpace: SubSequence {
        guard let start = self.firstIndex(where: { !$0.isWhitespace }),
            let last = self.lastIndex(where: { !$0.isWhitespace })
        else { return self[self.endIndex...] }
        return self[start...last]
    }

    /// The text without quotation marks and Markdown emphasis around it.
    var trimmingQuotes: SubSequence {
        let marks: Set<Character> = ["\"", "'", "`", "*", "_", "“", "”", "‘", "’", "「", "」", "『", "』"]
        var text = self[...]
        for _ in 0..<8 {
            guard let first = text.first, let last = text.last, marks.contains(first), marks.contains(last),
                !text.dropFirst().isEmpty
            else { break }
            text = text.dropFirst().dropLast()
        }
        return text
    }
}
