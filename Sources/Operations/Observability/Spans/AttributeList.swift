// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

/// Attributes by their names, in the order in which they were first told; there is a bound to how many are kept.
public struct AttributeList: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// The most attributes of one list, and characters of one text.
    static let (maximumCount, maximumLength) = (128, 64 << 10)

    /// An attribute.
    private struct Member: Sendable, Hashable {
        var key: String
        var value: AttributeValue
    }

    // Lists are short, and made for each request: looking through one costs less than hashing its names.
    private var members: [Member] = []
    /// How many were not kept.
    package private(set) var droppedCount = 0

    /// A list of nothing.
    public init() {}

    /// A list of some attributes.
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self.members.reserveCapacity(elements.count)
        for (key, value) in elements { self[key] = value }
    }

    /// The value of a name; setting nil leaves what is there.
    public subscript(key: String) -> AttributeValue? {
        get { self.members.first { $0.key == key }?.value }
        set {
            guard let value = newValue?.truncated(to: Self.maximumLength) else { return }
            if let index = self.members.firstIndex(where: { $0.key == key }) {
                self.members[index].value = value
            } else if self.members.count < Self.maximumCount {
                self.members.append(Member(key: key, value: value))
            } else {
                self.droppedCount += 1
            }
        }
    }

    /// Adds all of another list; its values count where both have one.
    public mutating func merge(_ other: AttributeList) { for (key, value) in other.all { self[key] = value } }

    /// Names and values.
    package var all: [(key: String, value: AttributeValue)] { self.members.map { ($0.key, $0.value) } }

    /// How many there are.
    package var count: Int { self.members.count }

    /// The attributes as an object.
    public var json: JSONValue {
        .object(OrderedDictionary(uniqueKeysWithValues: self.members.map { ($0.key, $0.value.json) }))
    }
}
