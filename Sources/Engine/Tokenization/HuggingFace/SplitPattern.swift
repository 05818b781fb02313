// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// A regular expression as tokenizers cut text with: the first alternative that matches wins, as in Oniguruma.
///
/// Compiled to a small program that ``firstMatch(in:from:of:)`` runs with backtracking and a limit on its steps.
struct SplitPattern: Sendable {
    /// One step of the program.
    enum Instruction: Sendable {
        /// Takes one character of a set.
        case set(Int)
        /// Takes as many characters of a set as possible, at least and at most so many, giving back from the end.
        case run(Int, least: Int, most: Int)
        /// Goes on at the first place and, if that fails, at the second.
        case split(Int, Int)
        case jump(Int)
        /// Runs the program behind it up to ``accept``; whether that matches decides, and nothing is taken.
        case look(isNegative: Bool, next: Int)
        /// As ``look(isNegative:next:)``, but what matched is taken, and never given back.
        case atomic(next: Int)
        case lineStart
        case lineEnd
        case accept
    }

    /// The expression as it was written.
    let source: String
    let instructions: [Instruction]
    let sets: [PatternSet]

    /// Compiles an expression.
    ///
    /// - Throws: ``TokenizerError`` that quotes it when it uses something that is not supported.
    init(_ source: String, part: TokenizerPart) throws {
        var parser = SplitPatternParser(source)
        do {
            let program = try parser.program()
            (self.instructions, self.sets) = (program.instructions, program.sets)
            self.source = source
        } catch let reason {
            throw part.unsupported("'\(part.type)' with the pattern '\(source)' (\(reason.what))")
        }
    }

    /// The first match that is not empty, at or after a byte.
    ///
    /// - Parameters:
    ///   - text: Valid UTF-8.
    ///   - start: Where to begin.
    ///   - range: The part of the text that the pattern sees.
    func firstMatch(in text: UnsafeBufferPointer<UInt8>, from start: Int, of range: Range<Int>) -> Range<Int>? {
        var matcher = SplitPatternMatcher(pattern: self, text: text, range: range)
        var offset = start
        while offset < range.upperBound {
            if let end = matcher.match(at: offset), end > offset { return offset..<end }
            offset += ScalarBytes.scalar(text, offset).length
        }
        return nil
    }
}

/// A set of characters in a pattern.
struct PatternSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var categories: GeneralCategory = []
    /// Categories outside of which characters belong to the set.
    var excludedCategories: GeneralCategory = []
    var hasSpaces = false
    var hasNonSpaces = false
    var isNegated = false
    var foldsCase = false

    /// Whether a character belongs to the set.
    @inline(__always)
    func contains(_ value: UInt32) -> Bool {
        var found = self.holds(value)
        if !found, self.foldsCase { found = self.holdsFolded(value) }
        return found != self.isNegated
    }

    private func holds(_ value: UInt32) -> Bool {
        for range in self.ranges where range.contains(value) { return true }
        if self.categories.rawValue != 0, self.categories.contains(scalar: value) { return true }
        if self.hasSpaces || self.hasNonSpaces {
            let isSpace = ScalarBytes.isSpace(value)
            if isSpace ? self.hasSpaces : self.hasNonSpaces { return true }
        }
        return self.excludedCategories.rawValue != 0 && !self.excludedCategories.contains(scalar: value)
    }

    /// Whether another case of a character belongs to the set.
    private func holdsFolded(_ value: UInt32) -> Bool {
        guard let properties = Unicode.Scalar(value)?.properties else { return false }
        // The long s and the sign for kelvin fold to Latin letters, too.
        for mapped in [properties.lowercaseMapping, properties.uppercaseMapping] where mapped.unicodeScalars.count == 1
        {
            guard let other = mapped.unicodeScalars.first else { continue }
            if self.holds(other.value) { return true }
            let lower = other.properties.lowercaseMapping.unicodeScalars
            if lower.count == 1, let last = lower.first, self.holds(last.value) { return true }
        }
        return false
    }
}
