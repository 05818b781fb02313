// SPDX-License-Identifier: Apache-2.0

/// The quotation marks that models use.
enum QuotedText {
    /// Whether a quoted text begins here.
    static func opens(_ scalar: Unicode.Scalar, _ parser: JSONRepairParser) -> Bool {
        if scalar == "\\" {
            let after = parser.position + 1
            return after < parser.scalars.count && ["\"", "'"].contains(parser.scalars[after])
        }
        return scalar == "\"" || self.closers[scalar] != nil
    }

    /// What closes a text that was opened with another mark than `"`.
    static let closers: [Unicode.Scalar: [Unicode.Scalar]] = [
        "'": ["'"], "`": ["`", "'"], "“": ["”", "“", "\""], "”": ["”", "\""], "„": ["“", "”", "\""],
        "‘": ["’", "‘", "'"], "’": ["’", "'"], "「": ["」"], "『": ["』"], "«": ["»"],
    ]
}

extension JSONRepairParser {
    /// Reads a quoted text from its opening mark to its closing one, or to where it must have ended.
    mutating func parseString() -> String {
        let isEscaped = self.next == "\\"
        if isEscaped { self.position += 1 }
        let opener = self.next ?? "\""
        if isEscaped { self.note("Quotes that were escaped twice were put right.") }
        if opener != "\"" { self.note("Other quotation marks were read as double quotes.") }
        let closers = opener == "\"" ? ["\""] : QuotedText.closers[opener] ?? ["\""]
        self.position += 1
        var text = String.UnicodeScalarView()
        while let scalar = self.next {
            if isEscaped, scalar == "\\", self.position + 1 < self.scalars.count,
                closers.contains(self.scalars[self.position + 1])
            {
                self.position += 2
                return String(text)
            }
            if closers.contains(scalar), !isEscaped || self.isEnd(after: self.position + 1) {
                self.position += 1
                if self.isEnd(after: self.position) { return String(text) }
                self.note("Quotation marks inside a text were escaped.")
                text.append(scalar)
            } else if scalar == "\\" {
                self.position += 1
                self.parseEscape(into: &text)
            } else if scalar == "\n" || scalar == "\r" {
                if self.lineAfterStartsNewEntry() {
                    self.note("A missing quotation mark was added at the end of a line.")
                    return String(self.withoutTrailingComma(text))
                }
                self.note("A line break inside a text was escaped.")
                text.append(scalar)
                self.position += 1
            } else {
                text.append(scalar)
                self.position += 1
            }
        }
        self.note("The text ended too early; what was open was closed.")
        return String(text)
    }

    /// Whether a text may end here: nothing, punctuation, a comment, a new line or another quotation mark follows.
    private func isEnd(after start: Int) -> Bool {
        var index = start
        while index < self.scalars.count, self.scalars[index].properties.isWhitespace {
            if self.scalars[index] == "\n" { return true }
            index += 1
        }
        guard index < self.scalars.count else { return true }
        let scalar = self.scalars[index]
        if ",:}]，：；;、=/#".unicodeScalars.contains(scalar) { return true }
        let isQuote = scalar == "\"" || scalar == "'" || QuotedText.closers[scalar] != nil
        return isQuote && index > start || scalar == "\\"
    }

    /// Whether the next line begins with a key or a closing bracket, so that this text was never closed.
    private func lineAfterStartsNewEntry() -> Bool {
        var index = self.position
        let limit = min(self.scalars.count, self.position + 100)
        while index < limit, self.scalars[index].properties.isWhitespace { index += 1 }
        guard index < limit else { return false }
        if self.scalars[index] == "}" || self.scalars[index] == "]" { return true }
        guard self.scalars[index] == "\"" else { return false }
        index += 1
        while index < limit, self.scalars[index] != "\"" {
            if self.scalars[index] == "\n" { return false }
            index += 1
        }
        index += 1
        while index < limit, self.scalars[index] == " " { index += 1 }
        return index < limit && self.scalars[index] == ":"
    }

    private func withoutTrailingComma(_ text: String.UnicodeScalarView) -> Substring.UnicodeScalarView {
        var text = text[...]
        while let last = text.last, last == " " || last == "," || last == "\t" { text.removeLast() }
        return text
    }

    private mutating func parseEscape(into text: inout String.UnicodeScalarView) {
        guard let scalar = self.next else { return }
        self.position += 1
        switch scalar {
        case "n": text.append("\n")
        case "t": text.append("\t")
        case "r": text.append("\r")
        case "b": text.append("\u{8}")
        case "f": text.append("\u{C}")
        case "\"", "\\", "/": text.append(scalar)
        case "u": text.append(self.parseUnicodeEscape())
        case "'":
            self.note("A needless escape was left out.")
            text.append(scalar)
        default:
            self.note("A backslash that escapes nothing was kept as it is.")
            text.append("\\")
            text.append(scalar)
        }
    }

    private mutating func parseUnicodeEscape() -> Unicode.Scalar {
        guard let unit = self.parseHex() else {
            self.note("A broken '\\u' escape was replaced.")
            return "\u{FFFD}"
        }
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let start = self.position
        if unit < 0xDC00, self.scalars[self.position...].starts(with: ["\\", "u"]) {
            self.position += 2
            if let low = self.parseHex(), (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            {
                return scalar
            }
            self.position = start
        }
        self.note("A broken '\\u' escape was replaced.")
        return "\u{FFFD}"
    }

    private mutating func parseHex() -> UInt32? {
        let digits = self.scalars[self.position...].prefix(4)
        let values = digits.compactMap { Character($0).hexDigitValue }
        guard values.count == 4 else { return nil }
        self.position += 4
        return values.reduce(0) { $0 << 4 | UInt32($1) }
    }
}
