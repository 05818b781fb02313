// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import OrderedCollections

/// What the files beside a `tokenizer.json` say about special tokens.
struct TokenizerSettings {
    /// `tokenizer_config.json`.
    var tokenizer: JSONValue?
    /// `special_tokens_map.json`, which older models have.
    var map: JSONValue?
    /// `config.json`.
    var model: JSONValue?
    /// `generation_config.json`.
    var generation: JSONValue?

    /// The tokens that play parts, and those that end a generation.
    ///
    /// - Parameter find: The token of a text.
    func parts(_ find: (String) -> TokenID?) -> (roles: [String: TokenID], ends: Set<TokenID>) {
        var roles = [String: TokenID]()
        for role in ["bos", "eos", "unk", "pad"] {
            let named = [self.tokenizer, self.map].lazy.compactMap { Self.text($0?["\(role)_token"]) }.first
            let numbered = [self.generation, self.model].lazy.compactMap { Self.ids($0?["\(role)_token_id"]).first }
                .first
            roles[role] = named.flatMap(find) ?? numbered
        }
        let ends = [self.generation, self.model].flatMap { Self.ids($0?["eos_token_id"]) }
        return (roles, Set(ends))
    }

    /// A token's text, alone or as an object with settings.
    private static func text(_ value: JSONValue?) -> String? { value?.stringValue ?? value?["content"]?.stringValue }

    /// One number or a list of them.
    private static func ids(_ value: JSONValue?) -> [TokenID] {
        (value?.arrayValue ?? value.map { [$0] } ?? []).compactMap { $0.integerValue.flatMap(TokenID.init(exactly:)) }
            .filter { $0 >= 0 }
    }

    /// The tokens under `added_tokens_decoder`, which count more than those in `tokenizer.json`.
    ///
    /// - Throws: ``TokenizerError`` when one has an impossible number.
    func addedTokens(source: String) throws -> [AddedToken] {
        let entries = self.tokenizer?["added_tokens_decoder"]?.objectValue ?? [:]
        return try entries.map { number, entry in
            guard let id = Int(number), (0..<TokenizerDocument.maximumTokenCount).contains(id),
                let content = entry["content"]?.stringValue
            else {
                throw TokenizerError(
                    .malformed, "\(source): 'added_tokens_decoder' beside it has an entry '\(number)' that is no token."
                )
            }
            func flag(_ key: String) -> Bool { entry[key]?.boolValue ?? false }
            return AddedToken(
                id: TokenID(id), content: Array(content.utf8), isSpecial: flag("special"),
                isSingleWord: flag("single_word"), stripsLeft: flag("lstrip"), stripsRight: flag("rstrip"),
                isNormalized: flag("normalized"))
        }.sorted { $0.id < $1.id }
    }
}
