// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

extension JSONValue {
    /// The value with the members of every object in the order of their keys, and whole numbers written as such.
    ///
    /// Two values that mean the same are equal then, however they were written.
    var canonical: JSONValue {
        switch self {
        case .null, .bool, .integer, .string: self
        case .number: self.integerValue.map { .integer($0) } ?? self
        case .array(let elements): .array(elements.map(\.canonical))
        case .object(let members):
            .object(
                OrderedDictionary(
                    uniqueKeysWithValues: members.map { ($0.key, $0.value.canonical) }
                        .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }))
        }
    }
}
