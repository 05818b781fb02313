// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

extension JSONValue {
    /// An object with its keys in order, so that equal ones are written alike.
    package init(sorted members: [String: JSONValue]) {
        self = .object(
            OrderedDictionary(uniqueKeysWithValues: members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }

    /// The members of an object, in no order; none of anything else.
    package var members: [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: (self.objectValue ?? [:]).map { ($0.key, $0.value) })
    }
}
