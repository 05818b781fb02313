// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

/// Attributes by their names, in the order in which they were first told; there is a bound to how many are kept.
public struct AttributeList: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// The most attributes of one list, and characters of one text.
    static let (maximumCount, maximumLength) = (128, 64 << 10)

    private var values: OrderedDictionary<String, AttributeValue> = [:]
    /// How many were not kept.
    package private(set) var droppedCount = 0

    /// A list of nothing.
    public init() {}

    /// A list of some attributes.
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        for (key, value) in elements { self[key] = value }
    }

    /// The value of a name; setting nil leaves what is there.
    public subscript(key: String) -> AttributeValue? {
        get { self.values[key] }
        set {
            guard let newValue else { return }
            guard self.values.count < Self.maximumCount || self.values[key] != nil else {
                return self.droppedCount += 1
            }
            self.values[key] = newValue.truncated(to: Self.maximumLength)
        }
    }

    /// Adds all of another list; its values count where both have one.
    public mutating func merge(_ other: AttributeList) { for (key, value) in other.all { self[key] = value } }

    /// Names and values.
    package var all: [(key: String, value: AttributeValue)] { self.values.map { ($0.key, $0.value) } }

    /// How many there are.
    package var count: Int { self.values.count }

    /// The attributes as an object.
    public var json: JSONValue {
        .object(OrderedDictionary(uniqueKeysWithValues: self.values.map { ($0.key, $0.value.json) }))
    }
}
