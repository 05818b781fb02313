// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// What a `Split` or `Replace` part looks for.
enum TextFinder: Sendable {
    /// Exactly this text, not empty.
    case text([UInt8])
    /// A regular expression.
    case pattern(SplitPattern)
    /// Each white space.
    case spaces
    /// Each punctuation character.
    case punctuation
    /// Each character of a word, as ``ScalarBytes/isWord(_:)`` has it.
    case wordCharacters

    /// Reads a `pattern`.
    ///
    /// - Throws: ``TokenizerError`` when it is not supported.
    init(_ part: TokenizerPart) throws {
        if let text = part.json["pattern"]?["String"]?.stringValue, !text.isEmpty {
            self = .text(Array(text.utf8))
        } else if let pattern = part.json["pattern"]?["Regex"]?.stringValue {
            self = .pattern(try SplitPattern(pattern, part: part))
        } else {
            throw part.malformed("'pattern' must be a 'String' that is not empty, or a 'Regex'")
        }
    }

    /// The first match at or after a byte.
    ///
    /// - Parameters:
    ///   - text: A text, of which `range` is the part to look at.
    ///   - start: Where to begin.
    ///   - range: Where the part begins and ends.
    func first(in text: UnsafeBufferPointer<UInt8>, from start: Int, of range: Range<Int>) -> Range<Int>? {
        switch self {
        case .text(let wanted): return Self.find(wanted, in: text, start, range.upperBound)
        case .pattern(let pattern): return pattern.firstMatch(in: text, from: start, of: range)
        case .spaces: return Self.find(in: text, start, range.upperBound, ScalarBytes.isSpace)
        case .punctuation: return Self.find(in: text, start, range.upperBound, ScalarBytes.isPunctuation)
        case .wordCharacters: return Self.find(in: text, start, range.upperBound, ScalarBytes.isWord)
        }
    }

    /// A text with every match replaced.
    func replacing(in text: [UInt8], by content: [UInt8]) -> [UInt8] {
        var result = [UInt8]()
        result.reserveCapacity(text.count)
        text.withUnsafeBufferPointer { bytes in
            var offset = 0
            while offset < bytes.count, let match = self.first(in: bytes, from: offset, of: 0..<bytes.count) {
                result.append(contentsOf: bytes[offset..<match.lowerBound])
                result.append(contentsOf: content)
                offset = match.upperBound
            }
            result.append(contentsOf: bytes[offset...])
        }
        return result
    }

    private static func find(
        _ wanted: [UInt8], in text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
    ) -> Range<Int>? {
        var offset = start
        while offset + wanted.count <= end {
            if text[offset] == wanted[0], text[offset..<offset + wanted.count].elementsEqual(wanted) {
                return offset..<offset + wanted.count
            }
            offset += 1
        }
        return nil
    }

    private static func find(
        in text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ matches: (UInt32) -> Bool
    ) -> Range<Int>? {
        var offset = start
        while offset < end {
            let (value, length) = ScalarBytes.scalar(text, offset)
            if matches(value) { return offset..<offset + length }
            offset += length
        }
        return nil
    }
}
