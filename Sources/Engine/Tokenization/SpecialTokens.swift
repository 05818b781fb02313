// SPDX-License-Identifier: Apache-2.0

/// Which tokens play which part, from the file's keys and, where they are silent, from well-known texts.
struct SpecialTokens: Sendable {
    private(set) var beginOfText: TokenID?
    private(set) var endOfText: TokenID?
    private(set) var endOfTurn: TokenID?
    private(set) var unknown: TokenID?
    private(set) var padding: TokenID?

    /// The tokens after which a model has nothing more to say.
    private(set) var endOfGeneration: Set<TokenID> = []

    /// What each token is for, corrected for tokens whose text says what the file does not.
    private(set) var kinds: [TokenKind]

    /// Texts that mark the end of a turn, the most specific first.
    private static let turnEnds = [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<EOT>", "_<EOT>",
        "[EOT]", "<｜end▁of▁sentence｜>", "<end_of_utterance>",
    ]

    /// Further texts after which generation ends.
    private static let otherEnds = [
        "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "</s>", "<|eom_id|>", "[EOS]", "<eos>", "<turn|>",
        "<|tool_response>", "[e~[",
    ]

    /// The texts of the tokens of code infilling, by the part they play.
    private static let infilling: [(role: String, texts: [String])] = [
        (
            "fim_pre",
            [
                "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>",
                "<|code_prefix|>", "<|prefix|>",
            ]
        ),
        (
            "fim_suf",
            [
                "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>",
                "<|code_suffix|>", "<|suffix|>",
            ]
        ),
        (
            "fim_mid",
            [
                "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>",
                "<|code_middle|>", "<|middle|>",
            ]
        ),
        ("fim_pad", ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
        ("fim_rep", ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]),
        ("fim_sep", ["<|file_sep|>"]),
    ]

    /// Works out the parts of a vocabulary's tokens.
    init(_ vocabulary: Vocabulary) {
        let count = vocabulary.tokens.count
        self.kinds = (0..<count).map(vocabulary.kind)
        let known = Self.findKnownTexts(vocabulary)
        var roles = vocabulary.model == .sentencePiece ? ["bos": 1, "eos": 2, "unk": 0] : [:]
        roles.merge(vocabulary.namedTokens.filter { (0..<count).contains($0.value) }) { $1 }
        let ids = roles.filter { $0.value < count }.mapValues(TokenID.init)
        self.beginOfText = ids["bos"]
        self.endOfText = ids["eos"]
        self.unknown = ids["unk"]
        self.padding = ids["pad"]
        self.endOfTurn = ids["eot"] ?? self.take(Self.turnEnds, known)
        let endOfMessage = ids["eom"] ?? self.take(["<|eom_id|>"], known)
        for (role, texts) in Self.infilling {
            let id = ids[role] ?? self.take(texts, known)
            if let id, ["fim_pad", "fim_rep", "fim_sep"].contains(role) { self.endOfGeneration.insert(id) }
        }
        for text in Self.turnEnds + Self.otherEnds {
            if let id = self.take([text], known) { self.endOfGeneration.insert(id) }
        }
        for text in ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"] {
            if let id = known[text] { self.kinds[Int(id)] = .userDefined }
        }
        self.endOfGeneration.formUnion([self.endOfText, self.endOfTurn, endOfMessage].compactMap { $0 })
        self.makeExceptions(known)
    }

    /// Names the parts of tokens that a `tokenizer.json` lists.
    ///
    /// - Parameters:
    ///   - added: The tokens that are found whole.
    ///   - roles: The tokens that play parts, by the part's name, such as `bos`.
    ///   - ends: Further tokens after which a model has nothing more to say.
    ///   - kinds: What each token is for, but for the added ones.
    init(added: [AddedToken], roles: [String: TokenID], ends: Set<TokenID>, kinds: [TokenKind]) {
        self.kinds = kinds
        var known = [String: TokenID]()
        for token in added {
            self.kinds[Int(token.id)] = token.isSpecial ? .control : .userDefined
            if token.isSpecial { known[String(decoding: token.content, as: UTF8.self)] = token.id }
        }
        self.beginOfText = roles["bos"]
        self.endOfText = roles["eos"]
        self.unknown = roles["unk"]
        self.padding = roles["pad"]
        self.endOfTurn = Self.turnEnds.lazy.compactMap { known[$0] }.first
        self.endOfGeneration = ends.union([self.endOfText, self.endOfTurn].compactMap { $0 })
    }

    /// The first token with one of some texts, which is then a control token.
    private mutating func take(_ texts: [String], _ known: [String: TokenID]) -> TokenID? {
        guard let id = texts.lazy.compactMap({ known[$0] }).first else { return nil }
        self.kinds[Int(id)] = .control
        return id
    }

    /// Vocabularies in which a usual end token has another meaning.
    private mutating func makeExceptions(_ known: [String: TokenID]) {
        let ends = Set(known.filter { self.endOfGeneration.contains($0.value) }.keys)
        let calls = ends.contains("<|call|>") || ends.contains("<|calls|>")
        if calls, ends.contains("<|return|>") || ends.contains("<|flush|>"), let end = known["<|end|>"] {
            self.endOfGeneration.remove(end)
            self.kinds[Int(end)] = .userDefined
        }
        if ends.contains("<|tool_response>"), let end = known["</s>"] {
            self.endOfGeneration.remove(end)
            self.kinds[Int(end)] = .normal
        }
    }

    /// The tokens of all texts that are named in this file.
    private static func findKnownTexts(_ vocabulary: Vocabulary) -> [String: TokenID] {
        let texts =
            Self.turnEnds + Self.otherEnds + Self.infilling.flatMap(\.texts)
            + ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"]
        let wanted = Dictionary(texts.map { (Array($0.utf8)[...], $0) }) { first, _ in first }
        let lengths = Set(wanted.keys.map(\.count))
        let firsts = Set(wanted.keys.compactMap(\.first))
        var found = [String: TokenID]()
        for id in 0..<vocabulary.tokens.count {
            let token = vocabulary.tokens[id]
            guard let first = token.first, firsts.contains(first), lengths.contains(token.count) else { continue }
            if let text = wanted[token] { found[text] = TokenID(id) }
        }
        return found
    }
}
