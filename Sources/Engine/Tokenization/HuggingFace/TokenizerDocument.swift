// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// What a `tokenizer.json` says, read but not yet understood; `truncation` and `padding` are callers' choices and left out.
struct TokenizerDocument: Sendable {
    /// The largest number of tokens a vocabulary may have.
    static let maximumTokenCount = 1 << 22

    /// The file's path, for messages.
    let source: String

    /// How text is changed before it is cut; null for not at all.
    private(set) var normalizer = JSONValue.null
    /// How text is cut into words; null for not at all.
    private(set) var preTokenizer = JSONValue.null
    /// What is put around the tokens; null for nothing.
    private(set) var postProcessor = JSONValue.null
    /// How tokens become text; null for words with a space between.
    private(set) var decoder = JSONValue.null
    /// The model's settings without its tables.
    private(set) var model = [String: JSONValue]()
    /// The tokens that are found whole.
    private(set) var addedTokens: [AddedToken] = []
    /// The model's tokens by their numbers; numbers that no token has hold an empty text.
    private(set) var tokens = ByteStringList()
    /// The tokens' scores, of a unigram model.
    private(set) var scores: [Double] = []
    /// The pairs to be merged, left and right parts in turn, best first.
    private(set) var merges = ByteStringList()

    /// Reads a file's bytes.
    ///
    /// - Throws: ``TokenizerError`` when they are no such file.
    init(_ bytes: UnsafeRawBufferPointer, source: String) throws {
        self.source = source
        var scanner = JSONScanner(bytes, source: source)
        var hasModel = false
        try scanner.object { key, scanner in
            switch String(decoding: key, as: UTF8.self) {
            case "normalizer": self.normalizer = try scanner.value()
            case "pre_tokenizer": self.preTokenizer = try scanner.value()
            case "post_processor": self.postProcessor = try scanner.value()
            case "decoder": self.decoder = try scanner.value()
            case "added_tokens":
                try scanner.array { self.addedTokens.append(try AddedToken(&$0)) }
            case "model":
                hasModel = true
                try self.readModel(&scanner)
            default: try scanner.skip()
            }
        }
        try scanner.end()
        guard hasModel else { throw scanner.failure("there is no 'model'") }
    }

    /// Reads the model's tables and settings.
    private mutating func readModel(_ scanner: inout JSONScanner) throws {
        try scanner.object { key, scanner in
            let key = String(decoding: key, as: UTF8.self)
            switch key {
            case "vocab" where scanner.peek() == UInt8(ascii: "{"): try self.readVocabulary(&scanner)
            case "vocab": try self.readScoredVocabulary(&scanner)
            case "merges": try self.readMerges(&scanner)
            default: self.model[key] = try scanner.value()
            }
        }
    }

    /// Reads an object of tokens and their numbers.
    private mutating func readVocabulary(_ scanner: inout JSONScanner) throws {
        var list = ByteStringList()
        var places = [(id: Int, place: Int)]()
        try scanner.object { key, scanner in
            let id = try scanner.integer()
            guard (0..<Self.maximumTokenCount).contains(id) else {
                throw scanner.failure("a token has the impossible number \(id)")
            }
            places.append((id, list.count))
            list.append(key)
        }
        places.sort { $0.id < $1.id }
        self.tokens = ByteStringList()
        self.tokens.reserve(strings: (places.last?.id ?? -1) + 1, bytes: list.bytes.count)
        for (id, place) in places {
            guard id >= self.tokens.count else { throw scanner.failure("two tokens have the number \(id)") }
            while self.tokens.count < id { self.tokens.append([]) }
            self.tokens.append(list[place])
        }
    }

    /// Reads an array of tokens with their scores.
    private mutating func readScoredVocabulary(_ scanner: inout JSONScanner) throws {
        self.tokens = ByteStringList()
        self.scores = []
        var text = [UInt8]()
        try scanner.array { scanner in
            text.removeAll(keepingCapacity: true)
            var place = 0
            try scanner.array { scanner in
                if place == 0 { try scanner.string(into: &text) } else { self.scores.append(try scanner.number()) }
                place += 1
            }
            guard place == 2 else { throw scanner.failure("a token needs a text and a score") }
            self.tokens.append(text)
        }
        guard self.tokens.count < Self.maximumTokenCount else { throw scanner.failure("there are too many tokens") }
    }

    /// Reads the merges in either spelling: `"a b"` or `["a", "b"]`.
    private mutating func readMerges(_ scanner: inout JSONScanner) throws {
        self.merges = ByteStringList()
        var text = [UInt8]()
        try scanner.array { scanner in
            let before = self.merges.count
            text.removeAll(keepingCapacity: true)
            if scanner.peek() == UInt8(ascii: "[") {
                try scanner.array { scanner in
                    text.removeAll(keepingCapacity: true)
                    try scanner.string(into: &text)
                    self.merges.append(text)
                }
            } else {
                try scanner.string(into: &text)
                for part in text.split(separator: 0x20, omittingEmptySubsequences: false) { self.merges.append(part) }
            }
            guard self.merges.count == before + 2 else { throw scanner.failure("a merge needs exactly two parts") }
        }
    }
}
