// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The type of a step's input or output.
public enum ValueType: String, Sendable, Hashable, CaseIterable {
    /// Any JSON value.
    case any
    /// Text.
    case string
    /// A whole number.
    case integer
    /// A number.
    case number
    /// A truth value.
    case boolean
    /// An array.
    case array
    /// An object.
    case object

    /// Whether a value is of this type.
    public func holds(_ value: JSONValue) -> Bool {
        switch self {
        case .any: true
        case .number: value.numberValue != nil
        case .integer: value.integerValue != nil
        default: value.typeName == self.rawValue
        }
    }

    /// Whether a value of another type can go where this one is wanted, as far as can be told before running.
    package func accepts(_ other: Self) -> Bool {
        self == other || self == .any || other == .any || (self == .number && other == .integer)
    }

    /// The type of a value.
    static func of(_ value: JSONValue) -> Self { Self(rawValue: value.typeName) ?? .any }

    /// How a value of this type looks in YAML.
    var example: String {
        switch self {
        case .any: "…"
        case .string: "\"…\""
        case .integer: "1"
        case .number: "0.5"
        case .boolean: "true"
        case .array: "[…]"
        case .object: "{…}"
        }
    }
}
