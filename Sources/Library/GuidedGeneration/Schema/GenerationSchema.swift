// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

/// What generated values look like: their properties, in order, and what holds for each.
///
/// A model of this library that generates by a schema cannot write anything else.
public struct GenerationSchema: Sendable {
    /// The schema's name: that of a Swift type, or the one it was given.
    public let name: String

    let root: SchemaNode
    /// The Swift type that it describes, where that is one that may refer to itself.
    let type: ObjectIdentifier?
    /// Schemas that are referred to by name.
    let named: OrderedDictionary<String, SchemaNode>

    init(
        _ root: SchemaNode, type: ObjectIdentifier? = nil, named: OrderedDictionary<String, SchemaNode> = [:]
    ) {
        self.name = root.name ?? ""
        self.root = root
        self.type = type
        self.named = named
    }

    init(type: any Generable.Type, name: String?, description: String?, _ form: SchemaNode.Form) {
        self.init(
            SchemaNode(form, name: name ?? String(describing: type), description: description),
            type: ObjectIdentifier(type))
    }

    /// The schema as JSON Schema 2020-12.
    ///
    /// Structures take no other properties than their own, in the order that `x-order` tells; other named schemas lie
    /// in `$defs`.
    public var jsonSchema: JSONValue { SchemaWriter.write(self).json }

    /// Which guides no grammar can hold to, a sentence each.
    package var unsupportedGuides: [String] { SchemaWriter.write(self).problems }
}

extension GenerationSchema: CustomDebugStringConvertible {
    /// The schema as JSON Schema, to be read by people.
    public var debugDescription: String { self.jsonSchema.serialized(indentation: 2) }
}
