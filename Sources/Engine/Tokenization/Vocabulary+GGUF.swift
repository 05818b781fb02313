// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
package import ModelFiles

extension Vocabulary {
    /// Reads the vocabulary of a model file.
    ///
    /// - Throws: ``TokenizerError`` when the kind of tokenizer is not supported or the vocabulary contradicts itself;
    ///   `ModelFileError` when a key is missing.
    package init(gguf file: GGUFFile) throws {
        let metadata = file.metadata
        let name = try metadata.requiredString("tokenizer.ggml.model")
        guard let model = Model(rawValue: name) else {
            throw TokenizerError(
                .unsupported,
                """
                \(file.path): the tokenizer '\(name)' is not supported; supported are 'gpt2' (byte-level BPE) and \
                'llama' (SentencePiece-style).
                """)
        }
        let texts = try metadata.requiredArray("tokenizer.ggml.tokens", of: .string)
        self.init(model: model, tokens: ByteStringList(texts))
        if model == .bytePair {
            self.merges = ByteStringList(try metadata.requiredArray("tokenizer.ggml.merges", of: .string))
            self.preTokenizer = metadata.string("tokenizer.ggml.pre")
        }
        if let scores = try Self.optional("scores", in: file, texts.count, { $0.floats }) { self.scores = scores }
        if let kinds = try Self.optional("token_type", in: file, texts.count, { $0.integers }) {
            self.kinds = kinds.map { UInt8(exactly: $0).flatMap(TokenKind.init(rawValue:)) ?? .undefined }
        }
        self.addsBeginOfText = metadata.bool("tokenizer.ggml.add_bos_token")
        self.addsEndOfText = metadata.bool("tokenizer.ggml.add_eos_token")
        self.addsSpacePrefix = metadata.bool("tokenizer.ggml.add_space_prefix")
        self.modelName = metadata.string("general.name")
        self.readNamedTokens(metadata)
    }

    /// Reads an array that, if present, must have a number for every token.
    private static func optional<Number>(
        _ key: String, in file: GGUFFile, _ count: Int, _ convert: (GGUFArray) -> [Number]?
    ) throws -> [Number]? {
        guard let value = file.metadata["tokenizer.ggml.\(key)"] else { return nil }
        guard let numbers = value.arrayValue.flatMap(convert), numbers.count >= count else {
            throw TokenizerError(
                .malformed,
                "\(file.path): 'tokenizer.ggml.\(key)' must be an array with a number for each of \(count) tokens.")
        }
        return numbers
    }

    /// Reads the keys that name special tokens.
    private mutating func readNamedTokens(_ metadata: GGUFMetadata) {
        let older = ["prefix": "fim_pre", "suffix": "fim_suf", "middle": "fim_mid"]
        for (key, role) in older { self.namedTokens[role] = metadata.int("tokenizer.ggml.\(key)_token_id") }
        let roles = ["eos", "eot", "eom", "fim_pre", "fim_suf", "fim_mid", "fim_pad", "fim_rep", "fim_sep"]
        for role in roles {
            if let id = metadata.int("tokenizer.ggml.\(role)_token_id") { self.namedTokens[role] = id }
        }
        self.namedTokens["bos"] = metadata.int("tokenizer.ggml.bos_token_id")
        self.namedTokens["unk"] = metadata.int("tokenizer.ggml.unknown_token_id")
        self.namedTokens["pad"] = metadata.int("tokenizer.ggml.padding_token_id")
    }
}

extension ByteStringList {
    /// Copies the strings of a metadata array.
    fileprivate init(_ array: GGUFArray) {
        self.init()
        array.withEncodedBytes { self.reserve(strings: array.count, bytes: max(0, $0.count - 8 * array.count)) }
        array.forEachString { self.append($0) }
    }
}
