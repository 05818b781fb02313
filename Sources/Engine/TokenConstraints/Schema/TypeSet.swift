// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A set of the types of JSON; whole numbers and others are told apart.
struct TypeSet: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }

    static let null = Self(rawValue: 1)
    static let `false` = Self(rawValue: 2)
    static let `true` = Self(rawValue: 4)
    static let whole = Self(rawValue: 8)
    static let fractional = Self(rawValue: 16)
    static let string = Self(rawValue: 32)
    static let array = Self(rawValue: 64)
    static let object = Self(rawValue: 128)

    static let boolean: Self = [.true, .false]
    static let number: Self = [.whole, .fractional]
    static let all = Self(rawValue: 255)

    /// The types that a schema names; nil if there is no such type.
    init?(named name: String) {
        switch name {
        case "null": self = .null
        case "boolean": self = .boolean
        case "integer": self = .whole
        case "number": self = .number
        case "string": self = .string
        case "array": self = .array
        case "object": self = .object
        case "any": self = .all
        default: return nil
        }
    }

    /// The types that are not in this set.
    var complement: Self { Self.all.subtracting(self) }
}
