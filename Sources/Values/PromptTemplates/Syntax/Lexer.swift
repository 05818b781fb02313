// SPDX-License-Identifier: Apache-2.0

/// Cuts a template's text into tokens, with white space control applied.
struct Lexer {
    let options: JinjaOptions
    var text: [Unicode.Scalar]
    var position = 0
    private var lineStarts: [Int]
    private var tokens: [Token] = []
    private var openBrackets: [Token.Symbol] = []
    /// Whether the text after the last tag begins a line, for `lstripBlocks`.
    private var startsLine = true

    /// Cuts the text as far as it can be cut.
    ///
    /// A failure comes with the tokens before it: what is wrong with those is the error to tell, since it comes first.
    static func tokens(of source: String, options: JinjaOptions) -> (tokens: [Token], failure: (any Error)?) {
        var lexer = Self(source: source, options: options)
        var failure: (any Error)?
        do { try lexer.run() } catch { failure = error }
        lexer.emit(.end, at: failure == nil ? lexer.text.count : lexer.position)
        return (lexer.tokens, failure)
    }

    private init(source: String, options: JinjaOptions) {
        self.options = options
        self.text = []
        self.text.reserveCapacity(source.utf8.count)
        var afterReturn = false
        for scalar in source.unicodeScalars {
            if scalar == "\r" {
                self.text.append("\n")
            } else if scalar != "\n" || !afterReturn {
                self.text.append(scalar)
            }
            afterReturn = scalar == "\r"
        }
        if !options.keepTrailingNewline, self.text.last == "\n" { self.text.removeLast() }
        self.lineStarts = [0]
        for (index, scalar) in self.text.enumerated() where scalar == "\n" { self.lineStarts.append(index + 1) }
    }

    /// Line and column of an index into the text.
    func place(of index: Int) -> TemplatePosition {
        var low = 0
        var high = self.lineStarts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if self.lineStarts[middle] <= index { low = middle } else { high = middle - 1 }
        }
        return TemplatePosition(
            line: Int32(clamping: low + self.options.firstLine),
            column: Int32(clamping: index - self.lineStarts[low] + 1))
    }

    func failure(_ message: String, at index: Int) -> TemplateFailure {
        TemplateFailure(.syntax, message, at: self.place(of: index))
    }

    mutating func emit(_ kind: Token.Kind, at index: Int) {
        self.tokens.append(Token(kind: kind, position: self.place(of: index)))
    }

    func has(_ literal: String, at index: Int) -> Bool {
        var index = index
        for scalar in literal.unicodeScalars {
            guard index < self.text.count, self.text[index] == scalar else { return false }
            index += 1
        }
        return true
    }

    func skipSpace(from index: Int) -> Int {
        var index = index
        while index < self.text.count, self.text[index].isPythonSpace { index += 1 }
        return index
    }

    func slice(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(self.text[range])) }
}

// MARK: - Text and tags

extension Lexer {
    private mutating func run() throws {
        while self.position < self.text.count {
            guard let begin = self.nextTagStart(from: self.position) else {
                self.emit(.data(self.slice(self.position..<self.text.count)), at: self.position)
                break
            }
            try self.lexTag(at: begin)
        }
    }

    private func nextTagStart(from start: Int) -> Int? {
        var index = start
        while index + 1 < self.text.count {
            if self.text[index] == "{", "{%#".unicodeScalars.contains(self.text[index + 1]) { return index }
            index += 1
        }
        return nil
    }

    private mutating func lexTag(at begin: Int) throws {
        let isVariable = self.text[begin + 1] == "{"
        let sign = self.sign(at: begin + 2)
        self.emitData(self.position..<begin, sign: sign, stripsLine: !isVariable)
        let inside = begin + 2 + (sign == nil ? 0 : 1)
        if self.text[begin + 1] == "#" {
            try self.lexComment(from: inside, begin: begin)
        } else if isVariable {
            self.emit(.variableBegin, at: begin)
            self.position = inside
            try self.lexCode(end: "}}", endToken: .variableEnd)
        } else if let body = self.rawBody(from: inside) {
            try self.lexRaw(from: body, begin: begin)
        } else {
            self.emit(.blockBegin, at: begin)
            self.position = inside
            try self.lexCode(end: "%}", endToken: .blockEnd)
        }
    }

    private func sign(at index: Int) -> Unicode.Scalar? {
        guard index < self.text.count, self.text[index] == "-" || self.text[index] == "+" else { return nil }
        return self.text[index]
    }

    /// Emits the text before a tag, stripped as the tag's sign and the options say.
    private mutating func emitData(_ range: Range<Int>, sign: Unicode.Scalar?, stripsLine: Bool) {
        var end = range.upperBound
        if sign == "-" {
            while end > range.lowerBound, self.text[end - 1].isPythonSpace { end -= 1 }
        } else if sign != "+", self.options.lstripBlocks, stripsLine {
            var lineStart = end
            while lineStart > range.lowerBound, self.text[lineStart - 1] != "\n" { lineStart -= 1 }
            let beginsLine = lineStart > range.lowerBound || self.startsLine
            if beginsLine, self.text[lineStart..<end].allSatisfy(\.isPythonSpace) { end = lineStart }
        }
        if end > range.lowerBound { self.emit(.data(self.slice(range.lowerBound..<end)), at: range.lowerBound) }
    }

    /// The end of a tag's end mark at an index, with the white space that it takes along; nil if there is none.
    private func tagEnd(_ mark: String, at index: Int, trims: Bool, plus: Bool) -> Int? {
        if self.has("-" + mark, at: index) { return self.skipSpace(from: index + 1 + mark.utf8.count) }
        if plus, self.has("+" + mark, at: index) { return index + 1 + mark.utf8.count }
        guard self.has(mark, at: index) else { return nil }
        let end = index + mark.utf8.count
        return trims && end < self.text.count && self.text[end] == "\n" ? end + 1 : end
    }

    private mutating func finishTag(at end: Int) {
        self.position = end
        self.startsLine = self.text[end - 1] == "\n"
    }

    private mutating func lexComment(from start: Int, begin: Int) throws {
        var index = start
        while index < self.text.count {
            if let end = self.tagEnd("#}", at: index, trims: self.options.trimBlocks, plus: true) {
                return self.finishTag(at: end)
            }
            index += 1
        }
        throw self.failure("Missing end of comment tag", at: begin)
    }

    /// Where the text of a `raw` block begins, if the tag is one.
    private func rawBody(from index: Int) -> Int? {
        let word = self.skipSpace(from: index)
        guard self.has("raw", at: word) else { return nil }
        return self.tagEnd("%}", at: self.skipSpace(from: word + 3), trims: false, plus: false)
    }

    private mutating func lexRaw(from start: Int, begin: Int) throws {
        self.finishTag(at: start)
        var index = start
        while index < self.text.count {
            if self.has("{%", at: index) {
                let sign = self.sign(at: index + 2)
                let word = self.skipSpace(from: index + 2 + (sign == nil ? 0 : 1))
                if self.has("endraw", at: word),
                    let end = self.tagEnd(
                        "%}", at: self.skipSpace(from: word + 6), trims: self.options.trimBlocks, plus: true)
                {
                    self.emitData(start..<index, sign: sign, stripsLine: true)
                    return self.finishTag(at: end)
                }
            }
            index += 1
        }
        throw self.failure("Missing end of raw directive", at: begin)
    }

    private mutating func lexCode(end mark: String, endToken: Token.Kind) throws {
        self.openBrackets = []
        let trims = endToken == .blockEnd && self.options.trimBlocks
        while self.position < self.text.count {
            if self.openBrackets.isEmpty,
                let end = self.tagEnd(mark, at: self.position, trims: trims, plus: endToken == .blockEnd)
            {
                self.emit(endToken, at: self.position)
                return self.finishTag(at: end)
            }
            if self.text[self.position].isPythonSpace {
                self.position = self.skipSpace(from: self.position)
            } else {
                try self.lexExpressionToken()
            }
        }
    }

    private mutating func lexExpressionToken() throws {
        let start = self.position
        if let number = try self.scanNumber() { return self.emit(number, at: start) }
        let scalar = self.text[start]
        if scalar.isPythonWord { return self.emit(.name(try self.scanName()), at: start) }
        if scalar == "'" || scalar == "\"" { return self.emit(.string(try self.scanString()), at: start) }
        guard let symbol = Token.Symbol.allCases.first(where: { self.has($0.rawValue, at: start) }) else {
            throw self.failure("unexpected character '\(scalar)'", at: start)
        }
        if let closing = symbol.closing { self.openBrackets.append(closing) }
        if symbol.isClosing {
            guard let expected = self.openBrackets.popLast() else {
                throw self.failure("unexpected '\(symbol.rawValue)'", at: start)
            }
            guard expected == symbol else {
                throw self.failure("unexpected '\(symbol.rawValue)', expected '\(expected.rawValue)'", at: start)
            }
        }
        self.position += symbol.rawValue.utf8.count
        self.emit(.symbol(symbol), at: start)
    }
}
