// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What an event is about: words joined by dots, such as `documents.invoice.read`.
public struct EventSubject: Sendable, Hashable, CustomStringConvertible {
    /// The words joined by dots.
    package let text: String

    /// The words.
    public var words: [Substring] { self.text.split(separator: ".") }

    /// Reads a subject.
    ///
    /// - Throws: ``EventError`` with code `.invalidSubject` unless it is of words of letters, digits, `_` and `-`.
    public init(_ text: String) throws {
        if !EventWords.arePlain(text) { _ = try EventWords.read(text) { EventWords.isWord($0) } }
        self.text = text
    }

    /// Takes words that are known to be valid.
    init(known text: String) { self.text = text }

    /// The words joined by dots.
    public var description: String { self.text }
}

/// Which subjects a subscriber wants: `*` stands for any one word, a last `>` for one word or more.
public struct EventPattern: Sendable, Hashable, CustomStringConvertible {
    /// The words.
    package let words: [Substring]

    /// Reads a pattern.
    ///
    /// - Throws: ``EventError`` with code `.invalidSubject`.
    public init(_ text: String) throws {
        self.words = try EventWords.read(text) { $0 == "*" || $0 == ">" || EventWords.isWord($0) }
        guard !self.words.dropLast().contains(">") else {
            throw EventError(.invalidSubject, "In '\(text)', '>' stands before the end; write '*' for one word.")
        }
    }

    /// The pattern of one subject.
    public init(_ subject: EventSubject) { self.words = subject.words }

    /// The words joined by dots.
    public var description: String { self.words.joined(separator: ".") }

    /// Whether a subject is wanted.
    public func matches(_ subject: EventSubject) -> Bool {
        // Word by word where they are: streams look at every event.
        var rest: Substring.UTF8View? = subject.text.utf8[...]
        for word in self.words {
            guard let words = rest else { return false }
            if word == ">" { return true }
            let end = words.firstIndex(of: UInt8(ascii: "."))
            guard word == "*" || word == Substring(words[..<(end ?? words.endIndex)]) else { return false }
            rest = end.map { words[words.index(after: $0)...] }
        }
        return rest == nil
    }
}

private enum EventWords {
    private static let maximumLength = 255

    static func read(_ text: String, _ isAllowed: (Substring) -> Bool) throws -> [Substring] {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumLength, words.allSatisfy(isAllowed) else {
            throw EventError(
                .invalidSubject,
                "'\(text.prefix(80))' is no subject; write words of letters, digits, '_' and '-' joined by dots.")
        }
        return words
    }

    /// Whether a text is a subject of words in ASCII, which most are: every event of a broker is looked at.
    static func arePlain(_ text: String) -> Bool {
        var length = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "."):
                guard length > 0 else { return false }
                length = 0
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                length += 1
            default: return false
            }
        }
        return length > 0 && text.utf8.count <= Self.maximumLength
    }

    static func isWord(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    }
}
