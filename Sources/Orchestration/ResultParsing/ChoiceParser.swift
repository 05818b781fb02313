// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Finds which of a few choices an answer means.
///
/// In this order: the answer is a choice, but for case and punctuation; it says "the answer is …"; it mentions exactly one
/// choice; it is nearly a choice, but for a typing error. An answer that could mean two choices is an error.
public struct ChoiceParser: ResultParser {
    /// What can be chosen.
    public let choices: [String]
    private let normalized: [String]

    /// Makes a parser.
    ///
    /// - Parameter choices: At least one; all different, also without case and punctuation.
    /// - Throws: ``ParseError`` with code `.invalidParser`.
    public init(choices: [String]) throws {
        self.choices = choices
        self.normalized = choices.map(AnswerText.normalized)
        guard !choices.isEmpty, Set(self.normalized).count == choices.count, !self.normalized.contains("") else {
            throw ParseError(
                .invalidParser, "Choices must be at least one word each, and differ in more than case and punctuation.")
        }
    }

    /// What the model should do.
    public var instruction: String { "Answer with exactly one of: \(self.choices.joined(separator: ", "))." }

    /// Finds the choice; the value is its text as given at the start.
    public func parse(_ answer: String) throws -> ParsedResult {
        let text = try AnswerText.trimmed(answer, self)
        if self.choices.contains(text) { return ParsedResult(value: .string(text)) }
        let whole = AnswerText.normalized(text)
        let firstLine = AnswerText.normalized(text.prefix { !$0.isNewline })
        for candidate in [whole, firstLine] {
            if let index = self.normalized.firstIndex(of: candidate) {
                return self.result(index, "Case, punctuation or further lines were ignored.")
            }
        }
        if let index = try self.declared(whole) { return self.result(index, "The choice was taken out of a sentence.") }
        let mentioned = self.mentioned(in: whole[...])
        if mentioned.count == 1 { return self.result(mentioned[0], "The choice was taken out of a sentence.") }
        if mentioned.count > 1 { throw self.ambiguous(mentioned.map { self.choices[$0] }) }
        return try self.nearest(firstLine)
    }

    private func result(_ index: Int, _ repair: String) -> ParsedResult {
        ParsedResult(value: .string(self.choices[index]), repairs: [repair])
    }

    private func ambiguous(_ names: [String]) -> ParseError {
        let list = names.map { "'\($0)'" }.joined(separator: " and ")
        return ParseError(.ambiguous, "The answer could mean \(list). \(self.instruction)")
    }

    /// The choice that stands right after words such as "the answer is".
    private func declared(_ text: String) throws -> Int? {
        let markers = [
            "the answer is", "answer is", "the category is", "the label is", "answer", "category", "label", "choice",
            "答案是", "答案", "类别是", "类别", "选择",
        ]
        for marker in markers {
            guard let end = text.rangeOfText(marker)?.upperBound else { continue }
            let rest = text[end...].trimmingSpace
            let fitting = self.normalized.indices.filter { rest.startsWithWord(self.normalized[$0]) }
            if let longest = fitting.max(by: { self.normalized[$0].count < self.normalized[$1].count }) {
                return longest
            }
        }
        return nil
    }

    /// The choices that the text mentions, leaving out those that only appear inside a longer one.
    private func mentioned(in text: Substring) -> [Int] {
        var pieces = [text]
        var found = [Int]()
        let longestFirst = self.normalized.indices.sorted { self.normalized[$0].count > self.normalized[$1].count }
        for index in longestFirst {
            var rest = [Substring]()
            var isMentioned = false
            for var piece in pieces {
                while let range = piece.rangeOfWord(self.normalized[index]) {
                    isMentioned = true
                    rest.append(piece[..<range.lowerBound])
                    piece = piece[range.upperBound...]
                }
                rest.append(piece)
            }
            pieces = rest
            if isMentioned { found.append(index) }
        }
        return found.sorted()
    }

    private func nearest(_ text: String) throws -> ParsedResult {
        let near = self.normalized.indices.filter {
            Self.areOneEditApart(Array(text.prefix(80)), Array(self.normalized[$0]))
        }
        guard near.count <= 1 else { throw self.ambiguous(near.map { self.choices[$0] }) }
        if let index = near.first { return self.result(index, "A typing error in the choice was put right.") }
        throw ParseError(.notFound, "The answer '\(text.prefix(60))' is none of the choices. \(self.instruction)")
    }

    /// Whether one letter added, left out, replaced or swapped with its neighbour makes one word the other.
    private static func areOneEditApart(_ a: [Character], _ b: [Character]) -> Bool {
        guard min(a.count, b.count) >= 3, abs(a.count - b.count) <= 1 else { return false }
        let start = zip(a, b).prefix { $0 == $1 }.count
        let (restOfA, restOfB) = (a[start...], b[start...])
        if a.count != b.count {
            return a.count > b.count
                ? restOfA.dropFirst().elementsEqual(restOfB) : restOfA.elementsEqual(restOfB.dropFirst())
        }
        let isSwap = restOfA.count >= 2 && Array(restOfA.prefix(2)) == restOfB.prefix(2).reversed()
        return restOfA.dropFirst().elementsEqual(restOfB.dropFirst())
            || (isSwap && restOfA.dropFirst(2).elementsEqual(restOfB.dropFirst(2)))
    }
}

extension StringProtocol where SubSequence == Substring {
    /// Where a text first occurs.
    package func rangeOfText(_ text: String) -> Range<Index>? {
        guard let first = text.first else { return nil }
        var start = self.startIndex
        while let found = self[start...].firstIndex(of: first) {
            if self[found...].hasPrefix(text) { return found..<self.index(found, offsetBy: text.count) }
            start = self.index(after: found)
        }
        return nil
    }

    /// Where a text first occurs as a word of its own; scripts without spaces need none around it.
    package func rangeOfWord(_ word: String) -> Range<Index>? {
        var start = self.startIndex
        while let range = self[start...].rangeOfText(word) {
            let before = range.lowerBound == self.startIndex ? nil : self[self.index(before: range.lowerBound)]
            let after = range.upperBound == self.endIndex ? nil : self[range.upperBound]
            if !Self.joins(before, word.first), !Self.joins(word.last, after) { return range }
            start = self.index(after: range.lowerBound)
        }
        return nil
    }

    /// Whether the text begins with a word.
    package func startsWithWord(_ word: String) -> Bool {
        guard self.hasPrefix(word) else { return false }
        let rest = self.dropFirst(word.count)
        return !Self.joins(word.last, rest.first)
    }

    /// Whether two neighbours belong to one word.
    private static func joins(_ left: Character?, _ right: Character?) -> Bool {
        guard let left, let right else { return false }
        func isWordPart(_ character: Character) -> Bool {
            (character.isLetter || character.isNumber)
                && !(character.unicodeScalars.first?.properties.isIdeographic ?? false)
        }
        return isWordPart(left) && isWordPart(right)
    }
}
