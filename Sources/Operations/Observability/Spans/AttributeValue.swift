// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// What is told of a span, a log line or a resource under one name.
public enum AttributeValue: Sendable, Hashable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral
{
    /// Text.
    case string(String)
    /// A whole number.
    case int(Int)
    /// Any number.
    case double(Double)
    /// A truth value.
    case bool(Bool)
    /// Texts.
    case strings([String])
    /// Whole numbers.
    case ints([Int])
    /// Numbers.
    case doubles([Double])
    /// Truth values.
    case bools([Bool])

    /// Text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .int(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .double(value) }

    /// The value as JSON.
    public var json: JSONValue {
        switch self {
        case .string(let value): .string(value)
        case .int(let value): .integer(value)
        case .double(let value): .number(value)
        case .bool(let value): .bool(value)
        case .strings(let values): .array(values.map { .string($0) })
        case .ints(let values): .array(values.map { .integer($0) })
        case .doubles(let values): .array(values.map { .number($0) })
        case .bools(let values): .array(values.map { .bool($0) })
        }
    }

    /// The value with texts of at most so many characters.
    func truncated(to limit: Int) -> Self {
        switch self {
        case .string(let text) where text.utf8.count > limit: .string(String(text.prefix(limit)) + "…")
        case .strings(let texts): .strings(texts.map { $0.utf8.count > limit ? String($0.prefix(limit)) + "…" : $0 })
        default: self
        }
    }
}
