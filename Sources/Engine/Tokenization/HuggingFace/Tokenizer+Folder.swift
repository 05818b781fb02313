// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
package import ModelFiles

extension Tokenizer {
    /// Makes the tokenizer of a model's folder.
    ///
    /// - Parameter folder: A folder with `tokenizer.json`; `tokenizer_config.json`, `special_tokens_map.json`,
    ///   `generation_config.json` and `config.json` name special tokens where they are there.
    /// - Throws: ``TokenizerError`` when the folder has no tokenizer, or one that is not supported or contradicts itself;
    ///   `ModelFileError` when a file cannot be read.
    package convenience init(folder: ModelFolder) throws {
        guard let file = try folder.file("tokenizer.json") else { throw Self.noTokenizer(folder) }
        let settings = TokenizerSettings(
            tokenizer: try folder.json("tokenizer_config.json"), map: try folder.json("special_tokens_map.json"),
            model: try folder.json("config.json"), generation: try folder.json("generation_config.json"))
        let source = "\(folder.path)/tokenizer.json"
        let document = try withExtendedLifetime(file) { try TokenizerDocument(file.bytes, source: source) }
        try self.init(document, settings)
    }

    /// Makes a tokenizer of the bytes of a `tokenizer.json` alone.
    ///
    /// - Throws: ``TokenizerError`` when they contradict themselves or need something that is not supported.
    package convenience init(tokenizerJSON bytes: [UInt8], name: String = "<memory>") throws {
        let document = try bytes.withUnsafeBytes { try TokenizerDocument($0, source: name) }
        try self.init(document, TokenizerSettings())
    }

    private convenience init(_ document: TokenizerDocument, _ settings: TokenizerSettings) throws {
        let core = try TokenizerPipeline(document, overrides: try settings.addedTokens(source: document.source))
        let count = core.pieces.count
        let hasBytes = document.model["byte_fallback"]?.boolValue == true
        let kinds = (0..<count).map { id -> TokenKind in
            guard id < document.tokens.count, !document.tokens[id].isEmpty else { return .undefined }
            return hasBytes && ByteTokenName.byte(document.tokens[id]) != nil ? .byte : .normal
        }
        let (roles, ends) = settings.parts { core.token(spelled: $0) }
        let special = SpecialTokens(
            added: core.addedTokens, roles: roles.filter { $0.value < count }, ends: ends.filter { $0 < count },
            kinds: kinds)
        self.init(core: core, special: special, vocabularySize: count)
    }

    /// The error for a folder without a tokenizer that is read.
    private static func noTokenizer(_ folder: ModelFolder) -> TokenizerError {
        let others = [
            "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.json", "vocab.txt", "tekken.json",
        ]
        if let other = others.first(where: folder.has) {
            return TokenizerError(
                .unsupported,
                """
                \(folder.path): has '\(other)' but no 'tokenizer.json'; make one with transformers: \
                AutoTokenizer.from_pretrained(folder).save_pretrained(folder).
                """)
        }
        return TokenizerError(.unsupported, "\(folder.path): has no 'tokenizer.json'.")
    }
}
