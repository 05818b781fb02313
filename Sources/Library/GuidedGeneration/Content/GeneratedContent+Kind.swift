// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

extension GeneratedContent {
    /// What content consists of, to be switched over.
    public enum Kind: Sendable, Equatable {
        /// Nothing.
        case null
        /// A truth value.
        case bool(Bool)
        /// A number.
        case number(Double)
        /// A text.
        case string(String)
        /// A list.
        case array([GeneratedContent])
        /// Named properties, and their order.
        case structure(properties: [String: GeneratedContent], orderedKeys: [String])
    }

    /// What this content consists of.
    public var kind: Kind {
        switch self.storage {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .number(Double(value))
        case .number(let value): .number(value)
        case .string(let value): .string(value)
        case .array(let elements): .array(elements)
        case .structure(let members):
            .structure(
                properties: Dictionary(uniqueKeysWithValues: members.elements.map { ($0.key, $0.value) }),
                orderedKeys: Array(members.keys))
        }
    }

    /// Content of a kind.
    ///
    /// - Parameters:
    ///   - kind: What it consists of; properties that `orderedKeys` does not name come last, by their names.
    ///   - id: The identity to be known by.
    public init(kind: Kind, id: GenerationID? = nil) {
        switch kind {
        case .null: self.init(.null, id: id)
        case .bool(let value): self.init(.bool(value), id: id)
        case .number(let value): self.init(Int(exactly: value).map { .integer($0) } ?? .number(value), id: id)
        case .string(let value): self.init(.string(value), id: id)
        case .array(let elements): self.init(.array(elements), id: id)
        case .structure(let properties, let orderedKeys):
            let keys = OrderedSet(orderedKeys + properties.keys.sorted())
            let members = keys.compactMap { key in properties[key].map { (key, $0) } }
            self.init(.structure(OrderedDictionary(uniqueKeysWithValues: members)), id: id)
        }
    }

    /// The elements of a list.
    ///
    /// - Throws: ``GeneratedContentError`` with code `.wrongType` if this is no list.
    public func elements() throws -> [GeneratedContent] {
        guard case .array(let elements) = self.storage else { throw self.mismatch("a list") }
        return elements
    }

    /// The properties of a structure.
    ///
    /// - Throws: ``GeneratedContentError`` with code `.wrongType` if this is no structure.
    public func properties() throws -> [String: GeneratedContent] {
        guard case .structure(let properties, _) = self.kind else { throw self.mismatch("a structure") }
        return properties
    }
}
