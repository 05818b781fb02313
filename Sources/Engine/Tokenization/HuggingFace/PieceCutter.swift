// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// What becomes of the matches when text is cut at them.
enum CutBehavior: String, Sendable {
    case isolated = "Isolated"
    case removed = "Removed"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
}

/// One way to cut text into words, as `pre_tokenizer` in `tokenizer.json` describes it.
enum PieceCutter: Sendable {
    /// Cuts with code written for the most frequent patterns.
    case step(SplitStep)
    /// Cuts at what is found, or at what is not.
    case find(TextFinder, CutBehavior, isInverted: Bool)
    /// Replaces spaces by a mark, puts one in front, and cuts before each.
    case metaspace(Metaspace)
    /// Cuts before each mark for a space that follows something else; changes nothing where no token holds such a mark.
    case marks
    /// Writes bytes as visible characters, perhaps with a space in front.
    case byteLevel(addsPrefixSpace: Bool)

    /// U+2581, which stands for a space inside tokens.
    static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]

    /// The steps of a tokenizer, in their order.
    ///
    /// - Throws: ``TokenizerError`` when one is not supported.
    static func all(_ document: TokenizerDocument) throws -> [PieceCutter] {
        try TokenizerPart(role: "pre-tokenizer", json: document.preTokenizer, source: document.source)
            .flattened("pretokenizers").flatMap(Self.cutters)
    }

    /// The steps that a part stands for.
    private static func cutters(_ part: TokenizerPart) throws -> [PieceCutter] {
        switch part.type {
        case "ByteLevel":
            let last = PieceCutter.byteLevel(addsPrefixSpace: part.bool("add_prefix_space", true))
            guard part.bool("use_regex", true) else { return [last] }
            // The prefix comes before the pattern looks.
            return part.bool("add_prefix_space", true)
                ? [.metaspace(.prefixSpace), .step(.gpt2), .byteLevel(addsPrefixSpace: false)] : [.step(.gpt2), last]
        case "BertPreTokenizer":
            return [.find(.spaces, .removed, isInverted: false), .find(.punctuation, .isolated, isInverted: false)]
        case "Whitespace":
            return [
                .find(.spaces, .removed, isInverted: false), .find(.wordCharacters, .contiguous, isInverted: false),
            ]
        case "WhitespaceSplit": return [.find(.spaces, .removed, isInverted: false)]
        case "Metaspace": return [.metaspace(try Metaspace(part))]
        case "Punctuation": return [.find(.punctuation, try Self.behavior(part, .isolated), isInverted: false)]
        case "Digits":
            return [.step(part.bool("individual_digits", false) ? .singleNumbers : .numberRuns)]
        case "CharDelimiterSplit":
            return [.find(.text(try part.text("delimiter")), .removed, isInverted: false)]
        case "Split": return [try Self.split(part)]
        default: throw part.unsupported("'\(part.type)'")
        }
    }

    /// The step of a `Split` part.
    private static func split(_ part: TokenizerPart) throws -> PieceCutter {
        let behavior = try Self.behavior(part, nil)
        let isInverted = part.bool("invert", false)
        let finder = try TextFinder(part)
        if case .pattern(let pattern) = finder {
            // Every character matches these patterns, so that matches kept are matches isolated.
            let keepsAll = (behavior == .removed && isInverted) || (behavior == .isolated && !isInverted)
            if keepsAll, let step = Self.known[pattern.source] { return .step(step) }
            if behavior == .isolated { return .step(.pattern(pattern)) }
        }
        return .find(finder, behavior, isInverted: isInverted)
    }

    /// A part's behaviour.
    private static func behavior(_ part: TokenizerPart, _ fallback: CutBehavior?) throws -> CutBehavior {
        guard let name = part.json["behavior"]?.stringValue else {
            guard let fallback else { throw part.malformed("'behavior' must be text") }
            return fallback
        }
        guard let behavior = CutBehavior(rawValue: name) else {
            throw part.unsupported("'\(part.type)' with behavior '\(name)'")
        }
        return behavior
    }

    /// The patterns for which there is code, by their source.
    private static let known: [String: SplitStep] = {
        let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
        let rest = #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        let word = #"[^\r\n\p{L}\p{N}]?\p{L}+"#
        return [
            #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#: .gpt2,
            #"\#(contractions)|\#(word)|\p{N}{1,3}|\#(rest)"#: .foldedWords(digits: 3),
            #"\#(contractions)|\#(word)|\p{N}|\#(rest)"#: .foldedWords(digits: 1),
        ]
    }()

    /// Cuts pieces.
    func apply(_ pieces: inout TextPieces) {
        switch self {
        case .step(let step): Self.apply(step, &pieces)
        case .find(let finder, let behavior, let isInverted):
            pieces.cut { bytes, range, output in
                Self.cut(bytes, range, at: finder, behavior, isInverted: isInverted, &output)
            }
        case .metaspace(let metaspace): metaspace.apply(&pieces)
        case .marks: pieces.cut(Self.cutAtMarks)
        case .byteLevel(let addsPrefixSpace):
            pieces.rewrite { bytes, range, output in
                if addsPrefixSpace, bytes[range.lowerBound] != 0x20 { ByteAlphabet.encode(0x20, into: &output) }
                for byte in bytes[range] { ByteAlphabet.encode(byte, into: &output) }
            }
        }
    }

    /// Cuts with code.
    private static func apply(_ step: SplitStep, _ pieces: inout TextPieces) {
        _ = ScalarClass.withTable { table in
            pieces.cut { bytes, range, output in
                var ends = [Int]()
                step.split(ScalarText(bytes, table: table), range.lowerBound, range.upperBound, into: &ends)
                var start = range.lowerBound
                for end in ends {
                    output.append(start..<end)
                    start = end
                }
            }
        }
    }

    /// Cuts one piece at what is found.
    private static func cut(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, at finder: TextFinder, _ behavior: CutBehavior,
        isInverted: Bool, _ output: inout [Range<Int>]
    ) {
        var parts = [(range: Range<Int>, isMatch: Bool)]()
        var offset = range.lowerBound
        while offset < range.upperBound, let match = finder.first(in: bytes, from: offset, of: range) {
            if match.lowerBound > offset { parts.append((offset..<match.lowerBound, isInverted)) }
            parts.append((match, !isInverted))
            offset = match.upperBound
        }
        if offset < range.upperBound { parts.append((offset..<range.upperBound, isInverted)) }
        switch behavior {
        case .isolated: output.append(contentsOf: parts.map(\.range))
        case .removed: for part in parts where !part.isMatch { output.append(part.range) }
        case .contiguous: Self.merge(parts, &output) { $0 == $1 }
        case .mergedWithPrevious: Self.merge(parts, &output) { !$0 && $1 }
        case .mergedWithNext:
            // Counted from the end, a match joins what comes after it unless that is a match, too.
            Self.merge(parts, &output) { previous, current in previous && !current }
        }
    }

    /// Cuts one piece before marks.
    private static func cutAtMarks(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ output: inout [Range<Int>]
    ) {
        var start = range.lowerBound
        var offset = start
        var sawOther = false
        while offset < range.upperBound {
            let isMark =
                bytes[offset] == 0xE2 && offset + 2 < range.upperBound && bytes[offset + 1] == 0x96
                && bytes[offset + 2] == 0x81
            if isMark, sawOther {
                output.append(start..<offset)
                start = offset
            }
            sawOther = !isMark
            offset += isMark ? 3 : 1
        }
        output.append(start..<range.upperBound)
    }

    /// Joins neighbours.
    private static func merge(
        _ parts: [(range: Range<Int>, isMatch: Bool)], _ output: inout [Range<Int>], _ joins: (Bool, Bool) -> Bool
    ) {
        var previous: Bool?
        for part in parts {
            if let before = previous, joins(before, part.isMatch), let last = output.last {
                output[output.count - 1] = last.lowerBound..<part.range.upperBound
            } else {
                output.append(part.range)
            }
            previous = part.isMatch
        }
    }
}
