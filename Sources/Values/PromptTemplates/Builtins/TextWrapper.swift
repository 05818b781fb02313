// SPDX-License-Identifier: Apache-2.0

/// Breaks a paragraph into lines as Python's `textwrap.wrap` does without expanding tabs or replacing white space.
struct TextWrapper {
    let width: Int
    let breaksLongWords: Bool
    let breaksOnHyphens: Bool

    func wrap(_ text: String) throws -> [String] {
        guard self.width > 0 else { throw TemplateFailure.value("invalid width \(self.width) (must be > 0)") }
        var chunks = Array(self.chunks(of: Array(text.unicodeScalars)).reversed())
        var lines: [String] = []
        while let next = chunks.last {
            var line: [ArraySlice<Unicode.Scalar>] = []
            var length = 0
            if Self.isBlank(next), !lines.isEmpty { chunks.removeLast() }
            while let chunk = chunks.last, length + chunk.count <= self.width {
                line.append(chunk)
                length += chunk.count
                chunks.removeLast()
            }
            if let chunk = chunks.last, chunk.count > self.width { self.breakLongWord(&chunks, &line, length) }
            if let last = line.last, Self.isBlank(last) { line.removeLast() }
            if !line.isEmpty { lines.append(String(line.joined())) }
        }
        return lines
    }

    private static func isBlank(_ chunk: ArraySlice<Unicode.Scalar>) -> Bool { chunk.allSatisfy(\.isPythonSpace) }

    private func breakLongWord(
        _ chunks: inout [ArraySlice<Unicode.Scalar>], _ line: inout [ArraySlice<Unicode.Scalar>], _ length: Int
    ) {
        guard let chunk = chunks.last else { return }
        if self.breaksLongWords {
            var end = max(1, self.width - length)
            if length >= self.width { end = max(0, self.width - length) }
            if self.breaksOnHyphens, chunk.count > end, let hyphen = chunk.prefix(end).lastIndex(of: "-"),
                chunk[..<hyphen].contains(where: { $0 != "-" })
            {
                end = hyphen + 1 - chunk.startIndex
            }
            line.append(chunk.prefix(end))
            chunks[chunks.count - 1] = chunk.dropFirst(end)
        } else if line.isEmpty {
            line.append(chunk)
            chunks.removeLast()
        }
    }

    // MARK: Chunks

    /// The pieces between which a line may break.
    private func chunks(of text: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
        var chunks: [ArraySlice<Unicode.Scalar>] = []
        var start = 0
        while start < text.count {
            let end: Int
            if Self.isSpace(text[start]) {
                end = text[start...].firstIndex { !Self.isSpace($0) } ?? text.count
            } else if self.breaksOnHyphens {
                end = Self.dashEnd(text, start) ?? Self.wordEnd(text, start)
            } else {
                end = text[start...].firstIndex(where: Self.isSpace) ?? text.count
            }
            chunks.append(text[start..<end])
            start = end
        }
        return chunks
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || (0x09...0x0D).contains(scalar.value)
    }

    private static func isPunctuatedWord(_ text: [Unicode.Scalar], _ index: Int) -> Bool {
        guard text.indices.contains(index) else { return false }
        return text[index].isPythonWord || "!\"'&.,?".unicodeScalars.contains(text[index])
    }

    private static func isLetter(_ text: [Unicode.Scalar], _ index: Int) -> Bool {
        guard text.indices.contains(index) else { return false }
        let scalar = text[index]
        return scalar.isPythonWord && scalar.properties.numericType != .decimal
    }

    private static func isDash(_ text: [Unicode.Scalar], _ index: Int) -> Bool {
        text.indices.contains(index) && text[index] == "-"
    }

    /// The end of two or more hyphens between words.
    private static func dashEnd(_ text: [Unicode.Scalar], _ start: Int) -> Int? {
        guard self.isPunctuatedWord(text, start - 1) else { return nil }
        return self.dashesBeforeWord(text, start)
    }

    private static func dashesBeforeWord(_ text: [Unicode.Scalar], _ start: Int) -> Int? {
        var end = start
        while self.isDash(text, end) { end += 1 }
        return end - start >= 2 && end < text.count && text[end].isPythonWord ? end : nil
    }

    private static func wordEnd(_ text: [Unicode.Scalar], _ start: Int) -> Int {
        var end = start + 1
        while end < text.count {
            if self.isHyphenInWord(text, end) { return end + 1 }
            if self.isSpace(text[end]) { return end }
            if self.isPunctuatedWord(text, end - 1), self.dashesBeforeWord(text, end) != nil { return end }
            end += 1
        }
        return end
    }

    private static func isHyphenInWord(_ text: [Unicode.Scalar], _ index: Int) -> Bool {
        guard self.isDash(text, index) else { return false }
        let before =
            self.isLetter(text, index - 1) && self.isLetter(text, index - 2)
            || self.isLetter(text, index - 3) && self.isDash(text, index - 2)
                && self.isPunctuatedWord(text, index - 1)
        guard before, self.isLetter(text, index + 1) else { return false }
        return self.isLetter(text, index + 2) || self.isDash(text, index + 2) && self.isLetter(text, index + 3)
    }
}
