// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// How tokens become text, as `decoder` in `tokenizer.json` describes it.
struct TokenDecoder: Sendable {
    /// One step over a token's text.
    private enum Step {
        case byteLevel
        case byteFallback
        case wordPiece(prefix: [UInt8], cleansUp: Bool)
        case metaspace(mark: [UInt8], dropsFirst: Bool)
        case replace(TextFinder, by: [UInt8])
        case strip(Strip)
        /// A space before every token but the first.
        case spaceBefore
    }

    /// A character that is taken away at the ends.
    private struct Strip {
        var character: [UInt8]
        var start: Int
        var end: Int

        func apply(_ text: [UInt8]) -> [UInt8] {
            var rest = text[...]
            for _ in 0..<self.start where rest.starts(with: self.character) {
                rest = rest.dropFirst(self.character.count)
            }
            for _ in 0..<self.end where rest.suffix(self.character.count).elementsEqual(self.character) {
                rest = rest.dropLast(self.character.count)
            }
            return Array(rest)
        }
    }

    /// What is done with each token.
    private var steps: [Step] = []

    /// What is taken away from the whole text.
    private var textStrips: [Strip] = []

    /// Reads the steps.
    ///
    /// - Throws: ``TokenizerError`` when one is not supported.
    init(_ document: TokenizerDocument) throws {
        let whole = TokenizerPart(role: "decoder", json: document.decoder, source: document.source)
        var isFused = false
        for part in try whole.flattened("decoders") {
            switch part.type {
            case "Fuse": isFused = true
            case "Strip":
                let strip = Strip(
                    character: try part.text("content"), start: try part.count("start"), end: try part.count("stop"))
                guard !strip.character.isEmpty, strip.start <= 1024, strip.end <= 1024 else {
                    throw part.malformed("it takes away nothing, or too much")
                }
                if isFused { self.textStrips.append(strip) } else { self.steps.append(.strip(strip)) }
            default:
                guard !isFused else { throw part.unsupported("'\(part.type)' behind 'Fuse'") }
                self.steps.append(try Self.step(part))
            }
        }
        if document.decoder == .null { self.steps = [.spaceBefore] }
    }

    private static func step(_ part: TokenizerPart) throws -> Step {
        switch part.type {
        case "ByteLevel": return .byteLevel
        case "ByteFallback": return .byteFallback
        case "WordPiece": return .wordPiece(prefix: try part.text("prefix"), cleansUp: part.bool("cleanup", true))
        case "Metaspace":
            let mark = try part.text("replacement")
            guard !mark.isEmpty else { throw part.malformed("'replacement' must not be empty") }
            return .metaspace(mark: mark, dropsFirst: try Metaspace.prefix(part) != .never)
        case "Replace": return .replace(try TextFinder(part), by: try part.text("content"))
        default: throw part.unsupported("'\(part.type)'")
        }
    }

    /// The bytes of one token.
    ///
    /// - Parameters:
    ///   - token: The token's text as the vocabulary writes it.
    ///   - isFirst: Whether nothing stands before it.
    func bytes(of token: [UInt8], isFirst: Bool) -> [UInt8] {
        self.steps.reduce(token) { text, step in
            switch step {
            case .byteLevel:
                var bytes = [UInt8]()
                return text.withUnsafeBytes { ByteAlphabet.decode($0, into: &bytes) } ? bytes : text
            case .byteFallback: return ByteTokenName.byte(text[...]).map { [$0] } ?? text
            case .wordPiece(let prefix, let cleansUp):
                var result = text
                if !isFirst {
                    result =
                        !prefix.isEmpty && text.starts(with: prefix)
                        ? Array(text.dropFirst(prefix.count)) : [0x20] + text
                }
                return cleansUp ? Self.cleanedUp(result) : result
            case .metaspace(let mark, let dropsFirst):
                return TextFinder.text(mark).replacing(in: text, by: isFirst && dropsFirst ? [] : [0x20])
            case .replace(let finder, let content): return finder.replacing(in: text, by: content)
            case .strip(let strip): return strip.apply(text)
            case .spaceBefore: return isFirst ? text : [0x20] + text
            }
        }
    }

    /// What is left of a whole text.
    func finish(_ text: [UInt8]) -> [UInt8] { self.textStrips.reduce(text) { $1.apply($0) } }

    /// Takes away the spaces that separate punctuation and contractions.
    private static func cleanedUp(_ text: [UInt8]) -> [UInt8] {
        let rules = [
            (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
            (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
        ]
        guard text.contains(0x20) else { return text }
        return rules.reduce(text) { TextFinder.text(Array($1.0.utf8)).replacing(in: $0, by: Array($1.1.utf8)) }
    }
}
