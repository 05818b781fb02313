// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// The tokens that are put around a text, as `post_processor` in `tokenizer.json` describes them.
struct TokenTemplate: Sendable {
    /// The tokens before the text.
    private(set) var prefix: [TokenID] = []
    /// The tokens behind the text.
    private(set) var suffix: [TokenID] = []

    /// Reads what is put around a single text.
    ///
    /// - Throws: ``TokenizerError`` when it is of a kind that is not supported, or contradicts itself.
    init(_ document: TokenizerDocument) throws {
        let whole = TokenizerPart(role: "post-processor", json: document.postProcessor, source: document.source)
        for part in try whole.flattened("processors") {
            switch part.type {
            case "TemplateProcessing": try self.wrap(Self.template(part), part)
            case "BertProcessing", "RobertaProcessing":
                try self.wrap(([try Self.token("cls", part)], [try Self.token("sep", part)]), part)
            case "ByteLevel": break  // only moves offsets, which nobody asks for here
            default: throw part.unsupported("'\(part.type)'")
            }
        }
    }

    /// Puts more tokens around what is there.
    private mutating func wrap(_ outer: (prefix: [TokenID], suffix: [TokenID]), _ part: TokenizerPart) throws {
        self.prefix = outer.prefix + self.prefix
        self.suffix += outer.suffix
        guard self.prefix.count + self.suffix.count <= 256 else { throw part.malformed("too many tokens are added") }
    }

    /// The number in a pair such as `["[CLS]", 101]`.
    private static func token(_ key: String, _ part: TokenizerPart) throws -> TokenID {
        guard let pair = part.json[key]?.arrayValue, pair.count == 2, let id = Self.id(pair[1]) else {
            throw part.malformed("'\(key)' must be a token and its number")
        }
        return id
    }

    private static func id(_ value: JSONValue) -> TokenID? {
        value.integerValue.flatMap { (0..<TokenizerDocument.maximumTokenCount).contains($0) ? TokenID($0) : nil }
    }

    /// The tokens around the sequence in a template.
    private static func template(_ part: TokenizerPart) throws -> (prefix: [TokenID], suffix: [TokenID]) {
        guard let entries = part.json["single"]?.arrayValue else { throw part.malformed("'single' must be a list") }
        var sides = [[TokenID]()]
        for entry in entries {
            if entry["Sequence"] != nil {
                sides.append([])
            } else if let name = entry["SpecialToken"]?["id"]?.stringValue {
                guard let ids = part.json["special_tokens"]?[name]?["ids"]?.arrayValue else {
                    throw part.malformed("'special_tokens' lacks '\(name)'")
                }
                sides[sides.count - 1] += try ids.map { value in
                    guard let id = Self.id(value) else { throw part.malformed("'\(name)' has no proper number") }
                    return id
                }
            } else {
                throw part.malformed("'single' has a part that is neither sequence nor token")
            }
        }
        guard sides.count == 2 else { throw part.malformed("'single' must hold the text exactly once") }
        return (sides[0], sides[1])
    }
}
