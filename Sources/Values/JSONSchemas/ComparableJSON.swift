// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import OrderedCollections

/// A JSON value that compares as JSON Schema says: numbers by value, objects without order, strings by code points.
package struct ComparableJSON: Hashable {
    /// The value as it was read.
    package let value: JSONValue

    /// Compares a value.
    package init(_ value: JSONValue) { self.value = value }

    /// Whether two values are equal.
    package static func == (left: Self, right: Self) -> Bool {
        switch (left.value, right.value) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { Self($0) == Self($1) }
        case (.object(let a), .object(let b)):
            a.count == b.count && a.allSatisfy { key, value in b[key].map { Self($0) == Self(value) } ?? false }
        default: Self.order(left.value, right.value) == 0
        }
    }

    /// Hashes equal values equally.
    package func hash(into hasher: inout Hasher) {
        switch self.value {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(Double(value))
        case .number(let value): hasher.combine(value)
        case .string(let value): hasher.combine(value)
        case .array(let elements): for element in elements { Self(element).hash(into: &hasher) }
        case .object(let members):
            // Summed, so that the order of members makes no difference.
            var sum = 0
            for (key, value) in members {
                var member = Hasher()
                member.combine(key)
                Self(value).hash(into: &member)
                sum &+= member.finalize()
            }
            hasher.combine(sum)
        }
    }

    /// Compares two numbers without rounding: below 0, 0 or above 0; nil where one is no number.
    static func order(_ left: JSONValue, _ right: JSONValue) -> Int? {
        switch (left, right) {
        case (.integer(let a), .integer(let b)): Self.sign(a, b)
        case (.number(let a), .number(let b)): Self.sign(a, b)
        case (.integer(let a), .number(let b)): Self.order(a, b)
        case (.number(let a), .integer(let b)): Self.order(b, a).map { -$0 }
        default: nil
        }
    }

    private static func order(_ whole: Int, _ number: Double) -> Int? {
        if let exact = Int(exactly: number) { return Self.sign(whole, exact) }
        if Double(whole) == number { return number > 0 ? -1 : 1 }  // Only ±2^63 rounds onto what no Int holds.
        return Self.sign(Double(whole), number)
    }

    private static func sign<Number: Comparable>(_ a: Number, _ b: Number) -> Int { a < b ? -1 : a == b ? 0 : 1 }
}
