// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// What a guide asks of a value.
enum GuideRule: Sendable, Equatable {
    case pattern(String)
    case choices([String])
    case minimum(JSONValue)
    case maximum(JSONValue)
    case minimumCount(Int)
    case maximumCount(Int)
    case element([GuideRule])
    /// Nothing that a grammar could hold to; the text says why.
    case unsupported(String)

    /// The rule that a regular expression makes.
    static func pattern<Output>(of regex: Regex<Output>) -> Self {
        guard let source = regex._literalPattern else {
            return .unsupported("a pattern made with RegexBuilder has no source text; write it as a literal")
        }
        return .pattern("^(?:\(Self.ecmaSource(source)))$")
    }

    /// A regular expression as ECMA-262 writes it, where `\-` stands only between brackets; Swift escapes every hyphen.
    private static func ecmaSource(_ source: String) -> String {
        var result = ""
        var isEscaped = false
        var depth = 0
        for character in source {
            if isEscaped {
                result += character == "-" && depth == 0 ? "-" : "\\\(character)"
                isEscaped = false
                continue
            }
            switch character {
            case "\\": isEscaped = true
            case "[": depth += 1
            case "]": depth = max(0, depth - 1)
            default: break
            }
            if !isEscaped { result.append(character) }
        }
        return result
    }

    /// Adds the rule to the JSON Schema of a value; what was there already goes on holding.
    func apply(to schema: inout OrderedDictionary<String, JSONValue>) {
        switch self {
        case .pattern(let source): schema.addPattern(source)
        case .choices(let texts): schema.narrowChoices(to: texts.map { .string($0) })
        case .minimum(let value): schema.raise("minimum", to: value)
        case .maximum(let value): schema.lower("maximum", to: value)
        case .minimumCount(let count): schema.raise("minItems", to: .integer(max(0, count)))
        case .maximumCount(let count): schema.lower("maxItems", to: .integer(max(0, count)))
        case .element(let rules):
            guard var items = schema["items"]?.objectValue else { return }
            for rule in rules { rule.apply(to: &items) }
            schema["items"] = .object(items)
        case .unsupported: return
        }
    }

    /// Why the rule, or a part of it, can't be held to.
    var problems: [String] {
        switch self {
        case .unsupported(let problem): [problem]
        case .element(let rules): rules.flatMap(\.problems)
        default: []
        }
    }
}
