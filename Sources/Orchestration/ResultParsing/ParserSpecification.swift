// SPDX-License-Identifier: Apache-2.0

public import JSONSchemas
internal import LLMCore

/// The kinds of parser that configuration files can name.
public struct ParserKind: RawRepresentable, Sendable, Hashable {
    /// The name as configuration files write it.
    public let rawValue: String

    /// A kind by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The answer as it is.
    public static let plain = Self(rawValue: "plain")
    /// JSON, repaired where needed.
    public static let json = Self(rawValue: "json")
    /// One of a few choices.
    public static let choice = Self(rawValue: "choice")
    /// A list of texts.
    public static let list = Self(rawValue: "list")
    /// Lines of names with values.
    public static let keyValue = Self(rawValue: "key_value")

    /// Every kind there is.
    public static let all: [Self] = [.plain, .json, .choice, .list, .keyValue]
}

/// A parser as configuration describes it.
public struct ParserSpecification: Sendable {
    /// What kind of parser it is.
    public var kind: ParserKind
    /// For JSON: what the value must be.
    public var schema: JSONSchema?
    /// For a choice: what can be chosen.
    public var choices: [String]
    /// For lines of names with values: the names.
    public var keys: [String]
    /// For lines of names with values: the names that may be missing.
    public var optionalKeys: Set<String>
    /// For a list: the fewest items.
    public var minimumCount: Int
    /// For a list: the most items.
    public var maximumCount: Int?

    /// Describes a parser.
    public init(
        _ kind: ParserKind, schema: JSONSchema? = nil, choices: [String] = [], keys: [String] = [],
        optionalKeys: Set<String> = [],
        minimumCount: Int = 1, maximumCount: Int? = nil
    ) {
        self.kind = kind
        self.schema = schema
        self.choices = choices
        self.keys = keys
        self.optionalKeys = optionalKeys
        self.minimumCount = minimumCount
        self.maximumCount = maximumCount
    }

    /// Makes the parser.
    ///
    /// - Throws: ``ParseError`` with code `.invalidParser` if the kind is unknown or lacks what it needs.
    public func makeParser() throws -> any ResultParser {
        switch self.kind {
        case .plain: return PlainParser()
        case .json: return JSONAnswerParser(schema: self.schema)
        case .choice: return try ChoiceParser(choices: self.choices)
        case .list: return ListParser(minimumCount: self.minimumCount, maximumCount: self.maximumCount)
        case .keyValue: return try KeyValueParser(keys: self.keys, optionalKeys: self.optionalKeys)
        default:
            let hint = NearestName.hint(for: self.kind.rawValue, in: ParserKind.all.map(\.rawValue))
            throw ParseError(.invalidParser, "There is no parser '\(self.kind.rawValue)'. \(hint)")
        }
    }
}
