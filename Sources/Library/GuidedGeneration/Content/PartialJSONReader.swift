// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Reads JSON while it is being written: after each piece of text, ``content`` is what is known so far.
///
/// What a reader has shown once stays: texts grow, lists and structures gain elements, and numbers and words appear when
/// they have ended. Each byte is looked at once.
package struct PartialJSONReader: Sendable {
    /// A list or a structure that has begun.
    private struct Frame: Sendable {
        let isList: Bool
        let id: GenerationID?
        var elements: [GeneratedContent] = []
        var members: OrderedDictionary<String, GeneratedContent> = [:]
        var key = ""

        mutating func add(_ content: GeneratedContent) {
            if self.isList { self.elements.append(content) } else { self.members[self.key] = content }
        }

        func content(isComplete: Bool) -> GeneratedContent {
            GeneratedContent(
                self.isList ? .array(self.elements) : .structure(self.members), id: self.id, isComplete: isComplete)
        }
    }

    /// What may come next.
    private enum Expectation {
        case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd, nothing
    }

    /// What has begun and not ended.
    private enum Token {
        case none
        case key(PartialJSONString)
        case string(PartialJSONString)
        case number([UInt8])
        case word([UInt8])
    }

    private static let maximumDepth = 512
    private static let words: [(text: [UInt8], storage: GeneratedContent.Storage)] = [
        (Array("true".utf8), .bool(true)), (Array("false".utf8), .bool(false)), (Array("null".utf8), .null),
    ]

    private let response: GenerationID?
    private var expectation = Expectation.value
    private var token = Token.none
    private var frames: [Frame] = []
    private var root: GeneratedContent?
    /// How many values have begun.
    private var count = 0
    private var line = 1
    private var column = 1

    /// A reader at the beginning of a text.
    ///
    /// - Parameter response: Where the values' identities come from, or nil for none.
    package init(response: GenerationID? = nil) { self.response = response }

    /// What is known so far; nil before a value has begun.
    package var content: GeneratedContent? {
        if let root { return root }
        var inner: GeneratedContent?
        if case .string(let text) = self.token {
            inner = GeneratedContent(.string(text.text), id: text.id, isComplete: false)
        }
        for var frame in self.frames.reversed() {
            if let inner { frame.add(inner) }
            inner = frame.content(isComplete: false)
        }
        return inner
    }

    /// Reads the next piece of the text.
    ///
    /// - Throws: ``JSONError`` with line and column of what breaks JSON's grammar.
    package mutating func append(_ text: String) throws {
        for byte in text.utf8 {
            try self.read(byte)
            if byte == UInt8(ascii: "\n") {
                self.line += 1
                self.column = 1
            } else if byte & 0xC0 != 0x80 {
                self.column += 1
            }
        }
    }

    /// Says that the text ends here, which ends a number that is not inside anything.
    ///
    /// - Throws: ``JSONError`` with code `.truncated` if the value has not ended.
    package mutating func finish() throws {
        if self.frames.isEmpty, case .number(let digits) = self.token { try self.endNumber(digits) }
        guard self.root == nil else { return }
        throw JSONError(.truncated, "The JSON text ends inside a value, at line \(self.line), column \(self.column).")
    }

    private mutating func read(_ byte: UInt8) throws {
        switch self.token {
        case .none: try self.begin(byte)
        case .key(var text):
            self.token = .none  // One owner, so that the text grows in place.
            if try text.append(byte, else: self.malformed) {
                self.frames[self.frames.count - 1].key = text.text
                self.expectation = .colon
            } else {
                self.token = .key(text)
            }
        case .string(var text):
            self.token = .none
            if try text.append(byte, else: self.malformed) {
                self.end(GeneratedContent(.string(text.text), id: text.id))
            } else {
                self.token = .string(text)
            }
        case .number(var digits):
            if Self.continuesNumber(byte) {
                self.token = .none
                digits.append(byte)
                self.token = .number(digits)
            } else {
                try self.endNumber(digits)
                try self.begin(byte)
            }
        case .word(let letters): try self.readWord(letters + [byte])
        }
    }

    /// Reads a byte outside texts, numbers and words.
    private mutating func begin(_ byte: UInt8) throws {
        switch (byte, self.expectation) {
        case (0x20, _), (0x09, _), (0x0A, _), (0x0D, _): return
        case (UInt8(ascii: "]"), .valueOrEnd), (UInt8(ascii: "}"), .keyOrEnd): self.endFrame()
        case (UInt8(ascii: "]"), .commaOrEnd) where self.frames.last?.isList == true: self.endFrame()
        case (UInt8(ascii: "}"), .commaOrEnd) where self.frames.last?.isList == false: self.endFrame()
        case (UInt8(ascii: ","), .commaOrEnd): self.expectation = self.frames.last?.isList == true ? .value : .key
        case (UInt8(ascii: ":"), .colon): self.expectation = .value
        case (UInt8(ascii: "\""), .key), (UInt8(ascii: "\""), .keyOrEnd):
            self.token = .key(PartialJSONString(id: nil))
        case (_, .value), (_, .valueOrEnd): try self.beginValue(byte)
        default: throw self.malformed("unexpected text")
        }
    }

    private mutating func beginValue(_ byte: UInt8) throws {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            guard self.frames.count < Self.maximumDepth else {
                throw JSONError(.tooDeep, "The JSON is nested more than \(Self.maximumDepth) levels deep.")
            }
            let isList = byte == UInt8(ascii: "[")
            self.frames.append(Frame(isList: isList, id: self.nextID()))
            self.expectation = isList ? .valueOrEnd : .keyOrEnd
        case UInt8(ascii: "\""): self.token = .string(PartialJSONString(id: self.nextID()))
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): self.token = .word([byte])
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): self.token = .number([byte])
        default: throw self.malformed("a value was expected")
        }
    }

    private mutating func readWord(_ letters: [UInt8]) throws {
        guard let word = Self.words.first(where: { $0.text.starts(with: letters) }) else {
            throw self.malformed("a value was expected")
        }
        if word.text.count > letters.count {
            self.token = .word(letters)
        } else {
            self.end(GeneratedContent(word.storage, id: self.nextID()))
        }
    }

    private mutating func endNumber(_ digits: [UInt8]) throws {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: digits)
        } catch {
            throw self.malformed("'\(String(decoding: digits, as: UTF8.self))' is no number")
        }
        var content = GeneratedContent(value)
        content.id = self.nextID()
        self.end(content)
    }

    private mutating func endFrame() {
        guard let frame = self.frames.popLast() else { return }
        self.end(frame.content(isComplete: true))
    }

    /// Puts a value that has ended where it belongs.
    private mutating func end(_ content: GeneratedContent) {
        self.token = .none
        if self.frames.isEmpty {
            self.root = content
            self.expectation = .nothing
        } else {
            self.frames[self.frames.count - 1].add(content)
            self.expectation = .commaOrEnd
        }
    }

    private mutating func nextID() -> GenerationID? {
        defer { self.count += 1 }
        return self.response?.value(self.count)
    }

    private static func continuesNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"),
            UInt8(ascii: "+"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private func malformed(_ problem: String) -> JSONError {
        JSONError(.malformed, "Malformed JSON at line \(self.line), column \(self.column): \(problem).")
    }
}
