// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ResultParsing

/// Cuts a text that comes in parts into pieces, each as soon as its end is known.
///
/// The work grows with the text's length alone.
struct TextCutter {
    /// Where pieces end.
    enum Unit: String, CaseIterable {
        case sentences
        case lines
        case paragraphs
        case json
    }

    /// The most bytes of a piece.
    static let maximumBytes = 1 << 20
    private static let ends: Set<Unicode.Scalar> = [".", "!", "?", "…", "。", "！", "？"]
    private static let endsWithoutSpace: Set<Unicode.Scalar> = ["。", "！", "？"]
    private static let closers: Set<Unicode.Scalar> = ["\"", "'", ")", "]", "»", "”", "’", "」", "』", "）"]
    /// Words whose full stop ends no sentence.
    private static let abbreviations: Set<String> = [
        "dr", "mr", "mrs", "ms", "prof", "st", "vs", "e.g", "i.e", "fig", "vol", "approx",
    ]

    private let unit: Unit
    private var piece = String.UnicodeScalarView()
    private var bytes = 0
    /// Whether nothing but spaces has come since a line's end.
    private var isBlankLine = false
    /// What has ended the sentence, if nothing shows that it goes on.
    private var end: Unicode.Scalar?
    /// The pieces cut so far, for messages.
    private var count = 0

    init(_ unit: Unit) { self.unit = unit }

    /// Takes a part of the text.
    ///
    /// - Returns: The pieces that end in it, without the white space around them; empty ones are left out.
    /// - Throws: ``PipelineError`` with code `.invalidValue` where a piece gets too long, or is no JSON but should be.
    mutating func add(_ text: String) throws -> [JSONValue] {
        var pieces: [JSONValue] = []
        for scalar in text.unicodeScalars {
            if self.endsPiece(before: scalar), let piece = try self.cut() { pieces.append(piece) }
            self.piece.append(scalar)
            self.bytes += UTF8.width(scalar)
            guard self.bytes <= Self.maximumBytes else {
                throw PipelineError(
                    .invalidValue,
                    "A piece of the text (\(self.unit.rawValue)) is longer than \(Self.maximumBytes) bytes.")
            }
        }
        return pieces
    }

    /// Takes the text's end.
    mutating func finish() throws -> [JSONValue] { try self.cut().map { [$0] } ?? [] }

    private mutating func cut() throws -> JSONValue? {
        let text = String(self.piece).trimmingSpace
        self.piece.removeAll(keepingCapacity: true)
        (self.bytes, self.isBlankLine, self.end) = (0, false, nil)
        guard !text.isEmpty else { return nil }
        self.count += 1
        guard self.unit == .json else { return .string(String(text)) }
        do { return try JSONValue(parsing: String(text)) } catch {
            throw PipelineError(
                .invalidValue, "Line \(self.count) that is not empty is no JSON: '\(text.prefix(80))'.", cause: error)
        }
    }

    private mutating func endsPiece(before scalar: Unicode.Scalar) -> Bool {
        switch self.unit {
        case .lines, .json: return scalar == "\n"
        case .paragraphs: return self.endsParagraph(before: scalar)
        case .sentences: return self.endsParagraph(before: scalar) || self.endsSentence(before: scalar)
        }
    }

    private mutating func endsParagraph(before scalar: Unicode.Scalar) -> Bool {
        if scalar == "\n" {
            defer { self.isBlankLine = true }
            return self.isBlankLine
        }
        if !scalar.properties.isWhitespace { self.isBlankLine = false }
        return false
    }

    private mutating func endsSentence(before scalar: Unicode.Scalar) -> Bool {
        if Self.ends.contains(scalar) {
            self.end = scalar == "." && self.isAbbreviated ? nil : scalar
            return false
        }
        guard let end = self.end, !Self.closers.contains(scalar) else { return false }
        self.end = nil
        return scalar.properties.isWhitespace || Self.endsWithoutSpace.contains(end)
    }

    /// Whether the last word is an initial or a known abbreviation.
    private var isAbbreviated: Bool {
        let word = String(String.UnicodeScalarView(self.piece.suffix(12))).split(whereSeparator: \.isWhitespace).last
        guard let word, !self.piece.suffix(1).contains(where: \.properties.isWhitespace) else { return false }
        let bare = word.drop { !$0.isLetter }
        return bare.count == 1 && bare.first?.isUppercase == true || Self.abbreviations.contains(bare.lowercased())
    }
}
