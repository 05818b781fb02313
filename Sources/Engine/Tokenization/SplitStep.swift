// SPDX-License-Identifier: Apache-2.0

/// One step of cutting text into words.
enum SplitStep: Sendable {
    /// GPT-2's pattern: contractions, words, numbers and symbols, each with the space before it.
    case gpt2
    /// The pattern of Llama 3 and Qwen 2: as GPT-2, but line breaks end words and numbers are cut into so many digits.
    case words(digits: Int)
    /// The same, but contractions may be written with a long s, as regular expressions that ignore case have it.
    case foldedWords(digits: Int)
    /// The matches of a regular expression, and what lies between them.
    case pattern(SplitPattern)
    /// Every number character for itself.
    case singleNumbers
    /// Runs of number characters.
    case numberRuns
    /// Every three ASCII digits.
    case digitTriples
    /// Runs of punctuation.
    case punctuationRuns
    /// Every line feed and carriage return for itself.
    case lineBreaks
    /// White space at the end.
    case trailingSpace
    /// Runs of characters of a set.
    case run(ScalarSet)
    /// Runs of characters of a set with one white space before.
    case spaced(ScalarSet)

    /// Cuts a piece of the text.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - start: Where the piece begins.
    ///   - end: Where it ends.
    ///   - ends: Where the ends of the new pieces are appended.
    func split(_ text: ScalarText, _ start: Int, _ end: Int, into ends: inout [Int]) {
        switch self {
        case .gpt2: Self.splitGPT2(text, start, end, &ends)
        case .words(let digits): Self.splitWords(text, start, end, digits: digits, foldsLongS: false, &ends)
        case .foldedWords(let digits): Self.splitWords(text, start, end, digits: digits, foldsLongS: true, &ends)
        case .pattern(let pattern): Self.splitPattern(text, start, end, pattern, &ends)
        case .singleNumbers: Self.isolate(text, start, end, runs: false, &ends) { text.classify($0) == .number }
        case .numberRuns: Self.isolate(text, start, end, runs: true, &ends) { text.classify($0) == .number }
        case .punctuationRuns:
            Self.isolate(text, start, end, runs: true, &ends) {
                text.classify($0) == .punctuation || Self.isMathOrCurrency($0)
            }
        case .lineBreaks: Self.isolate(text, start, end, runs: false, &ends) { $0 == 0x0A || $0 == 0x0D }
        case .run(let set):
            Self.isolate(text, start, end, runs: true, &ends) { set.contains($0) && text.classify($0) != .space }
        case .digitTriples: Self.splitTriples(text, start, end, &ends)
        case .trailingSpace: Self.splitTrailingSpace(text, start, end, &ends)
        case .spaced(let set): Self.splitSpaced(text, start, end, set, &ends)
        }
    }

    /// The ASCII symbols that count as punctuation in the default pattern.
    private static func isMathOrCurrency(_ value: UInt32) -> Bool {
        switch value {
        case 0x24, 0x2B, 0x3C...0x3E, 0x5E, 0x7C, 0x7E: true
        default: false
        }
    }

    /// Cuts around characters that satisfy a condition, one by one or run by run.
    private static func isolate(
        _ text: ScalarText, _ start: Int, _ end: Int, runs: Bool, _ ends: inout [Int], _ matches: (UInt32) -> Bool
    ) {
        var offset = start
        var last = start
        while offset < end {
            let (value, length) = text.scalar(at: offset)
            guard matches(value) else {
                offset += length
                continue
            }
            if offset > last { ends.append(offset) }
            offset += length
            while runs, offset < end {
                let (next, nextLength) = text.scalar(at: offset)
                guard matches(next) else { break }
                offset += nextLength
            }
            ends.append(offset)
            last = offset
        }
        if last < end { ends.append(end) }
    }

    /// Cuts around every three ASCII digits in a row.
    private static func splitTriples(_ text: ScalarText, _ start: Int, _ end: Int, _ ends: inout [Int]) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        var offset = start
        var last = start
        while offset + 3 <= end {
            let bytes = text.bytes
            guard digits.contains(bytes[offset]), digits.contains(bytes[offset + 1]), digits.contains(bytes[offset + 2])
            else {
                offset += 1
                continue
            }
            if offset > last { ends.append(offset) }
            offset += 3
            ends.append(offset)
            last = offset
        }
        if last < end { ends.append(end) }
    }

    /// Cuts white space off at the end.
    private static func splitTrailingSpace(_ text: ScalarText, _ start: Int, _ end: Int, _ ends: inout [Int]) {
        var cut = end
        while cut > start {
            var previous = cut - 1
            while previous > start, text.bytes[previous] & 0xC0 == 0x80 { previous -= 1 }
            guard text.scalarClass(at: previous, end: end).kind == .space else { break }
            cut = previous
        }
        if cut > start { ends.append(cut) }
        if cut < end { ends.append(end) }
    }

    /// Cuts around runs of a set, each with one white space before it if there is any.
    private static func splitSpaced(
        _ text: ScalarText, _ start: Int, _ end: Int, _ set: ScalarSet, _ ends: inout [Int]
    ) {
        var offset = start
        var last = start
        while offset < end {
            let (value, length) = text.scalar(at: offset)
            let isSpace = text.classify(value) == .space
            var next = isSpace ? offset + length : offset
            let first = next
            while next < end {
                let (member, memberLength) = text.scalar(at: next)
                guard set.contains(member), text.classify(member) != .space else { break }
                next += memberLength
            }
            guard next > first else {
                offset += length
                continue
            }
            if offset > last { ends.append(offset) }
            ends.append(next)
            offset = next
            last = next
        }
        if last < end { ends.append(end) }
    }

    /// Cuts around the matches of a regular expression.
    private static func splitPattern(
        _ text: ScalarText, _ start: Int, _ end: Int, _ pattern: SplitPattern, _ ends: inout [Int]
    ) {
        var offset = start
        while offset < end, let match = pattern.firstMatch(in: text.bytes, from: offset, of: start..<end) {
            if match.lowerBound > offset { ends.append(match.lowerBound) }
            ends.append(match.upperBound)
            offset = match.upperBound
        }
        if offset < end { ends.append(end) }
    }
}
