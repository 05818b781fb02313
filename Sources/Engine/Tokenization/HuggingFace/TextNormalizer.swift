// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// One way to change text before it is cut, as `normalizer` in `tokenizer.json` describes it.
enum TextNormalizer: Sendable {
    case bert(BertNormalizer)
    case form(NormalForm)
    case lowercase
    case stripAccents
    case strip(left: Bool, right: Bool)
    case replace(TextFinder, by: [UInt8])
    case prepend([UInt8])
    case precompiled(PrecompiledMap)

    /// The normalisers of a tokenizer, in their order.
    ///
    /// - Throws: ``TokenizerError`` when one is not supported.
    static func all(_ document: TokenizerDocument) throws -> [TextNormalizer] {
        try TokenizerPart(role: "normalizer", json: document.normalizer, source: document.source)
            .flattened("normalizers").map(TextNormalizer.init)
    }

    private init(_ part: TokenizerPart) throws {
        switch part.type {
        case "BertNormalizer": self = .bert(BertNormalizer(part))
        case "NFC", "NFD", "NFKC", "NFKD":
            guard let form = NormalForm(rawValue: part.type) else { throw part.unsupported("'\(part.type)'") }
            self = .form(form)
        case "Lowercase": self = .lowercase
        case "StripAccents": self = .stripAccents
        case "Strip": self = .strip(left: part.bool("strip_left", true), right: part.bool("strip_right", true))
        case "Replace": self = .replace(try TextFinder(part), by: try part.text("content"))
        case "Prepend": self = .prepend(try part.text("prepend"))
        case "Precompiled":
            guard let map = part.json["precompiled_charsmap"]?.stringValue else {
                throw part.malformed("the map lacks")
            }
            self = .precompiled(try PrecompiledMap(base64: Array(map.utf8), part: part))
        default: throw part.unsupported("'\(part.type)'")
        }
    }

    /// Changes a text, valid UTF-8.
    func apply(_ text: [UInt8]) -> [UInt8] {
        switch self {
        case .bert(let bert): return bert.apply(text)
        case .form(let form):
            // Text in ASCII has every form.
            if text.allSatisfy({ $0 < 0x80 }) { return text }
            return ScalarBytes.bytes(form.apply(ScalarBytes.scalars(text)))
        case .lowercase:
            var result = [UInt32]()
            for scalar in ScalarBytes.scalars(text) { ScalarBytes.lowercase(scalar, into: &result) }
            return ScalarBytes.bytes(result)
        case .stripAccents:
            return ScalarBytes.bytes(ScalarBytes.scalars(text).filter { !GeneralCategory.mark.contains(scalar: $0) })
        case .strip(let left, let right): return Self.stripped(text, left: left, right: right)
        case .replace(let finder, let content): return finder.replacing(in: text, by: content)
        case .prepend(let prefix): return text.isEmpty ? text : prefix + text
        case .precompiled(let map): return map.apply(text)
        }
    }

    /// A text without white space at its ends.
    private static func stripped(_ text: [UInt8], left: Bool, right: Bool) -> [UInt8] {
        var scalars = ScalarBytes.scalars(text)[...]
        while left, let first = scalars.first, ScalarBytes.isSpace(first) { scalars.removeFirst() }
        while right, let last = scalars.last, ScalarBytes.isSpace(last) { scalars.removeLast() }
        return ScalarBytes.bytes(Array(scalars))
    }
}

extension TextNormalizer {
    /// Whether it puts something in front of a text.
    var isPrefix: Bool { if case .prepend = self { true } else { false } }
}
