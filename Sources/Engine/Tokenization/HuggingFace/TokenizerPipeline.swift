// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// A tokenizer as `tokenizer.json` describes it: added tokens are found, the text between them is normalised, cut into
/// pieces, and given to the model.
struct TokenizerPipeline: TokenizerCore {
    /// What turns text into tokens once added tokens are found and the rest is normalised.
    private enum Encoder {
        /// Byte-level pairs, cut by steps that change nothing: the most frequent kind, and the fastest.
        case bytePairs(BytePairModel)
        /// Any other.
        case pieces([PieceCutter], any PieceModel)
    }

    /// The added tokens, those in ``AddedTokenFinder`` included.
    let addedTokens: [AddedToken]
    let pieces: ByteStringList
    let prefix: [TokenID]
    let suffix: [TokenID]
    let addsSpacePrefix: Bool

    /// Which of the numbers are tokens of the model.
    private let texts: ByteStringList
    private let table: TokenTable
    private let addedIDs: [[UInt8]: TokenID]
    private let rawFinder: AddedTokenFinder
    private let normalizedFinder: AddedTokenFinder
    private let normalizers: [TextNormalizer]
    private let encoder: Encoder
    private let decoder: TokenDecoder

    /// Builds the tokenizer.
    ///
    /// - Parameters:
    ///   - document: What the file says.
    ///   - overrides: Added tokens that replace the file's or come on top.
    /// - Throws: ``TokenizerError`` when the file contradicts itself or needs something that is not supported.
    init(_ document: TokenizerDocument, overrides: [AddedToken] = []) throws {
        let table = try document.tokenTable()
        let normalizers = try TextNormalizer.all(document)
        let cutters = try PieceCutter.all(document)
        self.addedTokens = try Self.merged(document, overrides, table)
        self.addedIDs = Dictionary(
            self.addedTokens.map { ($0.content, $0.id) }, uniquingKeysWith: { first, _ in first })
        self.rawFinder = AddedTokenFinder(self.addedTokens.filter { !$0.isNormalized }) { $0.content }
        self.normalizedFinder = AddedTokenFinder(self.addedTokens.filter(\.isNormalized)) { token in
            normalizers.reduce(token.content) { $1.apply($0) }
        }
        self.normalizers = normalizers
        self.encoder = try Self.encoder(document, cutters, table)
        let template = try TokenTemplate(document)
        (self.prefix, self.suffix) = (template.prefix, template.suffix)
        self.addsSpacePrefix = Self.addsSpace(normalizers, cutters)
        let decoder = try TokenDecoder(document)
        self.decoder = decoder
        self.texts = Self.texts(document.tokens, self.addedTokens)
        var pieces = ByteStringList()
        for id in 0..<self.texts.count {
            pieces.append(self.texts[id].isEmpty ? [] : decoder.bytes(of: Array(self.texts[id]), isFirst: false))
        }
        self.pieces = pieces
        self.table = table
        let count = TokenID(self.texts.count)
        guard (self.prefix + self.suffix).allSatisfy({ $0 < count }) else {
            throw TokenizerError(.malformed, "\(document.source): the post-processor adds a token that does not exist.")
        }
    }

    /// The file's added tokens with the overrides; a token that the model has keeps the model's number.
    private static func merged(
        _ document: TokenizerDocument, _ overrides: [AddedToken], _ table: TokenTable
    ) throws -> [AddedToken] {
        var result = [AddedToken]()
        var places = [[UInt8]: Int]()
        var contents = [TokenID: [UInt8]]()
        for var token in document.addedTokens + overrides where !token.content.isEmpty {
            if let id = table.id(of: token.content) { token.id = id }
            if let place = places[token.content] {
                token.id = result[place].id
                result[place] = token
                continue
            }
            let other = contents.updateValue(token.content, forKey: token.id)
            let isTaken =
                Int(token.id) < document.tokens.count && !document.tokens[Int(token.id)].isEmpty
                && document.tokens[Int(token.id)] != token.content[...]
            guard other == nil, !isTaken else {
                throw TokenizerError(
                    .malformed,
                    """
                    \(document.source): the added token '\(String(decoding: token.content, as: UTF8.self))' has the number \
                    \(token.id), which another token has.
                    """)
            }
            places[token.content] = result.count
            result.append(token)
        }
        return result
    }

    /// All tokens' texts by their numbers.
    private static func texts(_ tokens: ByteStringList, _ added: [AddedToken]) -> ByteStringList {
        var result = tokens
        for token in added.sorted(by: { $0.id < $1.id }) where Int(token.id) >= tokens.count {
            while result.count < Int(token.id) { result.append([]) }
            result.append(token.content)
        }
        guard added.contains(where: { Int($0.id) < tokens.count && tokens[Int($0.id)].isEmpty }) else { return result }
        let holes = Dictionary(added.map { (Int($0.id), $0.content) }, uniquingKeysWith: { first, _ in first })
        var filled = ByteStringList()
        for id in 0..<result.count { filled.append(result[id].isEmpty ? holes[id] ?? [] : Array(result[id])) }
        return filled
    }

    /// Whether text at the beginning gets a space, or a mark for one, in front.
    private static func addsSpace(_ normalizers: [TextNormalizer], _ cutters: [PieceCutter]) -> Bool {
        let normalized = normalizers.contains(where: \.isPrefix)
        let cut = cutters.contains { cutter in
            switch cutter {
            case .metaspace(let metaspace): metaspace.addsPrefix
            case .byteLevel(let addsPrefixSpace): addsPrefixSpace
            default: false
            }
        }
        return normalized || cut
    }

    /// Chooses how text is encoded.
    private static func encoder(
        _ document: TokenizerDocument, _ cutters: [PieceCutter], _ table: TokenTable
    ) throws -> Encoder {
        switch document.modelType {
        case "BPE":
            for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
                if let text = document.model[key]?.stringValue, !text.isEmpty {
                    throw document.modelPart.unsupported("'BPE' with '\(key)' '\(text)'")
                }
            }
            if let steps = Self.byteLevelSteps(cutters), Self.knowsAllBytes(table) {
                return .bytePairs(try Self.bytePairs(document, steps))
            }
            let model = try CharacterPairModel(document, tokens: table)
            return .pieces(model.cutsAtMarks ? cutters + [.marks] : cutters, model)
        case "WordPiece": return .pieces(cutters, try WordPieceModel(document, tokens: table))
        case "Unigram": return .pieces(cutters, try UnigramModel(document, tokens: table))
        case "WordLevel": return .pieces(cutters, try WordLevelModel(document, tokens: table))
        default: throw document.modelPart.unsupported("'\(document.modelType)'")
        }
    }

    /// The steps before a byte-level part at the end, if they change nothing.
    private static func byteLevelSteps(_ cutters: [PieceCutter]) -> [SplitStep]? {
        guard case .byteLevel(addsPrefixSpace: false) = cutters.last else { return nil }
        let steps = cutters.dropLast().compactMap { if case .step(let step) = $0 { step } else { nil } }
        return steps.count == cutters.count - 1 ? steps : nil
    }

    /// Whether every byte has a token in the byte alphabet.
    private static func knowsAllBytes(_ table: TokenTable) -> Bool {
        (0...255).allSatisfy { byte in
            var spelling = [UInt8]()
            ByteAlphabet.encode(UInt8(byte), into: &spelling)
            return table.id(of: spelling) != nil
        }
    }

    /// The model of a byte-level vocabulary.
    private static func bytePairs(_ document: TokenizerDocument, _ steps: [SplitStep]) throws -> BytePairModel {
        var vocabulary = Vocabulary(model: .bytePair, tokens: document.tokens)
        vocabulary.merges.reserve(strings: document.merges.count / 2, bytes: document.merges.bytes.count * 3 / 2)
        for index in 0..<document.merges.count / 2 {
            vocabulary.merges.append(document.merges[2 * index] + [0x20] + document.merges[2 * index + 1])
        }
        let kinds = (0..<document.tokens.count).map { document.tokens[$0].isEmpty ? TokenKind.undefined : .normal }
        let wholeWords = document.modelPart.bool("ignore_merges", false)
        return try BytePairModel(
            vocabulary, kinds: kinds, preTokenizer: PreTokenizer(steps: steps, prefersWholeWords: wholeWords))
    }
}

extension TokenizerPipeline {
    func token(spelled text: String) -> TokenID? {
        let bytes = Array(text.utf8)
        return self.addedIDs[bytes] ?? self.table.id(of: bytes)
    }

    /// The bytes of a text's tokens, of which the first may differ from what it is inside a text.
    func decode(_ ids: [TokenID], isControl: (TokenID) -> Bool) -> [UInt8] {
        var bytes = [UInt8]()
        for (place, id) in ids.enumerated() {
            if place == 0 {
                bytes += self.decoder.bytes(of: Array(self.texts[Int(id)]), isFirst: true)
            } else {
                bytes.append(contentsOf: self.pieces[Int(id)])
            }
        }
        return self.decoder.finish(bytes)
    }

    func encode(
        _ text: UnsafeRawBufferPointer, parseSpecial: Bool, followsText: Bool, into output: inout [TokenID]
    ) {
        let bytes = text.assumingMemoryBound(to: UInt8.self)
        let place: TextPlace = followsText ? .continuation : .start
        if String(validating: bytes, as: UTF8.self) != nil {
            self.encodeValid(bytes, parseSpecial, at: place, into: &output)
        } else {
            // The reference takes text only; bytes that are none become what Swift makes of them.
            Array(String(decoding: bytes, as: UTF8.self).utf8).withUnsafeBufferPointer {
                self.encodeValid($0, parseSpecial, at: place, into: &output)
            }
        }
    }

    /// Encodes valid UTF-8.
    private func encodeValid(
        _ text: UnsafeBufferPointer<UInt8>, _ parseSpecial: Bool, at place: TextPlace, into output: inout [TokenID]
    ) {
        for fragment in self.rawFinder.fragments(in: text, parseSpecial: parseSpecial) {
            if let token = fragment.token {
                output.append(token)
                continue
            }
            let part = UnsafeBufferPointer(rebasing: text[fragment.range])
            let place = fragment.range.lowerBound == 0 ? place : .inside
            if self.normalizers.isEmpty {
                self.encodeNormalized(part, parseSpecial, at: place, into: &output)
            } else {
                let normalizers = self.normalizers.lazy.filter { place != .continuation || !$0.isPrefix }
                normalizers.reduce(Array(part)) { $1.apply($0) }.withUnsafeBufferPointer {
                    self.encodeNormalized($0, parseSpecial, at: place, into: &output)
                }
            }
        }
    }

    /// Encodes normalised text.
    private func encodeNormalized(
        _ text: UnsafeBufferPointer<UInt8>, _ parseSpecial: Bool, at place: TextPlace, into output: inout [TokenID]
    ) {
        for fragment in self.normalizedFinder.fragments(in: text, parseSpecial: parseSpecial) {
            if let token = fragment.token {
                output.append(token)
                continue
            }
            let part = UnsafeBufferPointer(rebasing: text[fragment.range])
            switch self.encoder {
            case .bytePairs(let model):
                model.encode(UnsafeRawBufferPointer(part), followsText: false, into: &output)
            case .pieces(let cutters, let model):
                var pieces = TextPieces(Array(part), at: fragment.range.lowerBound == 0 ? place : .inside)
                for cutter in cutters { cutter.apply(&pieces) }
                Self.encode(pieces, model, into: &output)
            }
        }
    }

    /// Encodes pieces, frequent ones once.
    private static func encode(_ pieces: TextPieces, _ model: any PieceModel, into output: inout [TokenID]) {
        var cache = WordCache(textSize: pieces.bytes.count)
        pieces.bytes.withUnsafeBytes { text in
            for range in pieces.ranges {
                guard range.count <= WordCache.longestWord else {
                    model.encode(text.part(range), into: &output)
                    continue
                }
                guard let hash = cache.append(text, range, to: &output) else { continue }
                let first = output.count
                model.encode(text.part(range), into: &output)
                cache.remember(range, hash: hash, output: first..<output.count)
            }
        }
    }
}
