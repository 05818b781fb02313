// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import OrderedCollections

/// A YAML value with its place in the file.
package struct SourceNode: Sendable {
    /// A member of a mapping.
    package struct Member: Sendable {
        /// Its key.
        package var key: String
        /// Where the key is written.
        package var keyPlace: SourcePlace
        /// What the key stands for.
        package var value: SourceNode

        /// Makes a member.
        package init(key: String, keyPlace: SourcePlace, value: SourceNode) {
            self.key = key
            self.keyPlace = keyPlace
            self.value = value
        }
    }

    /// What kinds of values there are.
    package indirect enum Kind: Sendable {
        /// A text, a number, a truth value or null.
        case scalar(JSONValue)
        /// A sequence.
        case sequence([SourceNode])
        /// A mapping, in the order written.
        case mapping([Member])
    }

    /// The value.
    package var kind: Kind
    /// Where it is written.
    package var place: SourcePlace

    /// Makes a value.
    package init(kind: Kind, place: SourcePlace) {
        self.kind = kind
        self.place = place
    }

    /// The name of its type, for messages.
    package var typeName: String {
        switch self.kind {
        case .scalar(let value): value.typeName
        case .sequence: "array"
        case .mapping: "object"
        }
    }

    /// The text, if it is one.
    package var string: String? { if case .scalar(.string(let text)) = self.kind { text } else { nil } }
    /// The members, if it is a mapping.
    package var members: [Member]? { if case .mapping(let members) = self.kind { members } else { nil } }
    /// The elements, if it is a sequence.
    package var elements: [SourceNode]? { if case .sequence(let elements) = self.kind { elements } else { nil } }

    /// The value without its places.
    package var json: JSONValue {
        switch self.kind {
        case .scalar(let value): value
        case .sequence(let elements): .array(elements.map(\.json))
        case .mapping(let members):
            .object(OrderedDictionary(members.map { ($0.key, $0.value.json) }, uniquingKeysWith: { $1 }))
        }
    }
}
