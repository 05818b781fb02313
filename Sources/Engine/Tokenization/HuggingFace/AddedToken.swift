// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// A token that is found whole in text before the model sees it, as `added_tokens` in `tokenizer.json` lists it.
struct AddedToken: Sendable, Hashable {
    /// The token's number.
    var id: TokenID
    /// The token's text, in the file's bytes.
    var content: [UInt8]
    /// Whether the token steers the model and stands for no text.
    var isSpecial = false
    /// Whether it is found only where no letter or digit touches it.
    var isSingleWord = false
    /// Whether it swallows the white space before it.
    var stripsLeft = false
    /// Whether it swallows the white space after it.
    var stripsRight = false
    /// Whether it is looked for in normalised text.
    var isNormalized = false

}

extension AddedToken {
    /// Reads one entry of the list.
    ///
    /// - Throws: ``TokenizerError`` when it lacks its number or text.
    init(_ scanner: inout JSONScanner) throws {
        self.init(id: -1, content: [])
        var hasContent = false
        var isNormalized: Bool?
        try scanner.object { key, scanner in
            let key = String(decoding: key, as: UTF8.self)
            switch key {
            case "id":
                let id = try scanner.integer()
                guard (0..<TokenizerDocument.maximumTokenCount).contains(id) else {
                    throw scanner.failure("an added token has the impossible number \(id)")
                }
                self.id = TokenID(id)
            case "content":
                try scanner.string(into: &self.content)
                hasContent = true
            default:
                guard let flag = try scanner.value().boolValue else { return }
                switch key {
                case "special": self.isSpecial = flag
                case "single_word": self.isSingleWord = flag
                case "lstrip": self.stripsLeft = flag
                case "rstrip": self.stripsRight = flag
                case "normalized": isNormalized = flag
                default: break
                }
            }
        }
        guard self.id >= 0, hasContent else { throw scanner.failure("an added token lacks its 'id' or 'content'") }
        self.isNormalized = isNormalized ?? !self.isSpecial
    }
}
